export { type LogLine, startGateway, type TestGateway, type TestGatewayOptions } from "./testing/start-gateway.ts";
export { type RecordedRequest, startUpstream, type Upstream, type UpstreamAnswer } from "./testing/start-upstream.ts";
