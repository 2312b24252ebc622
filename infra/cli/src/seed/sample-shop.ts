/** What a shop has to sell where nobody says otherwise: prices with decimals and without. */
export const sampleShop = {
  items: [
    { sku: 'sencha-100', name: 'Sencha, 100 g', price: '1500', currency: 'JPY', stock: 120 },
    { sku: 'teapot-kyusu', name: 'Kyusu teapot', price: '6800', currency: 'JPY', stock: 15 },
    { sku: 'cup-yunomi', name: 'Yunomi cup', price: '1200', currency: 'JPY', stock: 60 },
    { sku: 'longjing-50', name: 'Longjing, 50 g', price: '98.00', currency: 'CNY', stock: 80 },
    { sku: 'gaiwan-white', name: 'White gaiwan', price: '45.50', currency: 'CNY', stock: 40 },
    { sku: 'tin-250', name: 'Tea tin, 250 g', price: '19.90', currency: 'CNY', stock: 200 },
  ],
} as const;
