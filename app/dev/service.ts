// The service as `make dev` runs it: says when it serves, and stops when `make dev` is gone, however that ended.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
await import('../server.ts');
if (process.exitCode === undefined) process.send?.('serving');
