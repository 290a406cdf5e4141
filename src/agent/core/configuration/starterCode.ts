/** What stands for the product code in the starter of `tollgate config init`, until somebody writes the real one. */
export const STARTER_CODE = 'YOUR-PRODUCT-CODE';
