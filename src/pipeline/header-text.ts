const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const value = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Throws a TypeError for what no header can carry (RFC 9110 section 5.5), where it is said and not where it is sent. */
export function checkHeader(call: string, headerName: string, text: string | undefined): void {
  if (typeof headerName !== "string" || !name.test(headerName)) throw new TypeError(`${call}: wanted a header's name`);
  if (text === undefined || (typeof text === "string" && value.test(text))) return;
  throw new TypeError(`${call}: wanted a text in Latin-1 without control characters for ${headerName}`);
}
