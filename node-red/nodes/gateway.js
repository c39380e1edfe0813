module.exports = require('../dist/gateway-node.js').register;
