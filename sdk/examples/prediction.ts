import { gatewayService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";
import { atTheGateway } from "./at-the-gateway.ts";
import { runService } from "./run-service.ts";

const models = {
  mean: { description: "the average of the features", predict: mean },
  trend: { description: "the next value on the line that fits the features best", predict: nextOnLine },
};
type ModelName = keyof typeof models;

const modelNames: readonly ModelName[] = ["mean", "trend"];
const served: Record<ModelName, number> = { mean: 0, trend: 0 };

/** A number from numbers. */
export const prediction = new Elysia()
  .get("/health", () => ({ status: "healthy", service: "prediction" }))
  .get("/models", () => ({ models: modelNames.map(describe) }))
  .post("/", ({ body }) => predict(body.features, body.model ?? "trend"), {
    body: t.Object({
      features: t.Array(t.Number({ minimum: -1e9, maximum: 1e9 }), { minItems: 1, maxItems: 1000 }),
      model: t.Optional(t.Union([t.Literal("mean"), t.Literal("trend")])),
    }),
  })
  .use(gatewayService({ name: "prediction", ...atTheGateway }));

export type Prediction = typeof prediction;

function describe(name: ModelName) {
  return { name, description: models[name].description, predictions: served[name] };
}

function predict(features: number[], model: ModelName) {
  served[model] += 1;
  return { model, prediction: Math.round(models[model].predict(features) * 1e6) / 1e6 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Least squares over x = 0, 1, 2 ..., read at the next x. */
function nextOnLine(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = mean(values);
  const covariance = values.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0);
  const variance = values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
  const slope = variance === 0 ? 0 : covariance / variance;
  return meanY + slope * (values.length - meanX);
}

if (import.meta.main) runService("prediction", prediction);
