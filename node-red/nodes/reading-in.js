module.exports = require('../dist/reading-in-node.js').register;
