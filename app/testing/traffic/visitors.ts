const upTo = (limit: number) => Math.floor(Math.random() * limit);

/**
 * A header with the address of one of 1,000 visitors. Nginx trusts the header when REAL_IP_FROM allows it. The addresses are
 * reserved for benchmarks: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2
 */
export const anyVisitor = () => ({ 'X-Forwarded-For': `198.18.${upTo(4)}.${upTo(250)}` });
