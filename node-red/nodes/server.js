module.exports = require('../dist/server-node.js').register;
