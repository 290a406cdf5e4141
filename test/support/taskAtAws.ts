import type { MeterRequest } from '../../src/agent/ports.ts';
import type { Caller } from '../../src/emulator/rules/caller.ts';

export const PRODUCT = '4w1vgsrkqdkypbz43g7qkk4uz';
export const REGION = 'us-east-1';
const ACCOUNT = '111122223333';

/** Whoever signs with the role of an ECS task. */
export const callerOf = (resource: string, launchedAt: number): Caller => ({
  account: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/metering/test`,
  userId: 'AROAEXAMPLE:test',
  actions: ['aws-marketplace:MeterUsage', 'aws-marketplace:RegisterUsage'],
  source: 'taskRole',
  resource: {
    id: resource,
    kind: 'ecs',
    name: resource,
    account: ACCOUNT,
    region: REGION,
    role: 'metering',
    launchedAt,
  },
});

/** A request of MeterUsage as AWS gets it. */
export const bodyOf = (request: MeterRequest): Readonly<Record<string, unknown>> => ({
  ProductCode: request.productCode,
  Timestamp: Math.floor(request.timestamp / 1000),
  UsageDimension: request.dimension,
  ...(request.form === 'integer'
    ? { UsageQuantity: Number(request.quantity) }
    : { UsageQuantityAsDecimal: request.quantity }),
  ...(request.allocations === undefined
    ? {}
    : {
        UsageAllocations: request.allocations.map(({ quantity, tags }) => ({
          ...(request.form === 'integer'
            ? { AllocatedUsageQuantity: Number(quantity) }
            : { AllocatedUsageQuantityAsDecimal: quantity }),
          ...(Object.keys(tags).length === 0
            ? {}
            : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
        })),
      }),
  ClientToken: request.clientToken,
});
