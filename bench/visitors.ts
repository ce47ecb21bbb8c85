const upTo = (limit: number) => Math.floor(Math.random() * limit);

/**
 * A header that names one of a thousand visitors, as a proxy in front does: Nginx believes it with REAL_IP_FROM. Their
 * addresses are for benchmarks: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2
 */
export const anyVisitor = () => ({ 'X-Forwarded-For': `198.18.${upTo(4)}.${upTo(250)}` });
