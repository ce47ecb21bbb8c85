-- The app's own role: it may connect, read, and write questions and answers; nothing else.
-- It gets its password, and so the right to log in, from db/migrate.ts. Roles belong to the whole server, so
-- another database on it may have made this one already.
do $$ begin
  create role elier_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;

do $$ begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to elier_app', current_database());
end $$;
