/** Names of the agreed interface that this version does not know. A name that the schema learns must leave this list. */
export const notYet: readonly { readonly variables: readonly string[]; readonly meaning: string }[] = [
  { variables: ["DOCS_AUTH"], meaning: "who may read /swagger" },
  { variables: ["OTEL_EXPORTER_OTLP_ENDPOINT"], meaning: "where traces go" },
  { variables: ["TLS_CERT", "TLS_KEY"], meaning: "a TLS listener" },
];
