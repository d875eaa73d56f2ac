/** Where the demo's services register, and by what right. */
export const atTheGateway = {
  gateway: process.env["GATEWAY"] ?? "http://localhost:8000",
  key: process.env["REGISTRATION_KEY"] ?? "the-registration-key-of-the-gateway",
};
