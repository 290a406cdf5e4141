// What a vendor's software does: the real client with its own credential chain, nothing set but what the home sets.
// Prints one JSON object a call: the answer, or the error's name.
import {
  MarketplaceMeteringClient,
  MeterUsageCommand,
  RegisterUsageCommand,
} from '@aws-sdk/client-marketplace-metering';

const outcome = async (call) => {
  try {
    const { $metadata: _metadata, ...answer } = await call();
    return answer;
  } catch (error) {
    return { error: error.name, message: error.message };
  }
};

const client = new MarketplaceMeteringClient({ maxAttempts: 1, ...(process.argv[2] && { region: process.argv[2] }) });
const register = await outcome(() =>
  client.send(
    new RegisterUsageCommand({ ProductCode: '2hourlyproductcode0example1', PublicKeyVersion: 1, Nonce: 'n' }),
  ),
);
const meter = await outcome(() =>
  client.send(
    new MeterUsageCommand({
      ProductCode: '4w1vgsrkqdkypbz43g7qkk4uz',
      UsageDimension: 'requests',
      Timestamp: new Date(),
      UsageQuantity: 17,
    }),
  ),
);
const { AWS_REGION, AWS_EXECUTION_ENV, HOSTNAME } = process.env;
process.stdout.write(`${JSON.stringify({ register, meter, AWS_REGION, AWS_EXECUTION_ENV, HOSTNAME })}\n`);
