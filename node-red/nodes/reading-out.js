module.exports = require('../dist/reading-out-node.js').register;
