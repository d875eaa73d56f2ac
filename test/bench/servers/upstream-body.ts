/** 62 bytes: small enough that the cost of forwarding is all there is to see. */
export const upstreamBody = '{"id":42,"name":"context","status":"ok","items":[1,2,3,4,5,6]}';
