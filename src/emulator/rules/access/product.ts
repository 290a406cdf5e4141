import { error, type Refusal } from '../answer.ts';
import type { Dimension, Product, World } from '../world.ts';

/** Only the code of a published product counts (API reference, "InvalidProductCodeException"). */
export const productOf = (world: World, code: string): Product | undefined => {
  const product = Object.hasOwn(world.products, code) ? world.products[code] : undefined;
  return product?.published === true ? product : undefined;
};

export const wrongProduct = (code: string): Refusal =>
  error(
    'InvalidProductCodeException',
    `The product code ${code} does not match the product code used for publishing the product.`,
  );

/** Dimensions of a world that says `any`: whatever comes. */
const ANYTHING: Dimension = { decimals: true };

export const dimensionOf = (product: Product, name: string): Dimension | undefined => {
  if (product.dimensions === 'any') return ANYTHING;
  return Object.hasOwn(product.dimensions, name) ? product.dimensions[name] : undefined;
};

/** Names are compared as they stand, case included (API reference, "InvalidUsageDimensionException"). */
export const wrongDimension = (name: string): Refusal =>
  error(
    'InvalidUsageDimensionException',
    `The usage dimension ${name} does not match one of the UsageDimensions associated with products.`,
  );
