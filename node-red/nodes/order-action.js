module.exports = require('../dist/order-action-node.js').register;
