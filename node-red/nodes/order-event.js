module.exports = require('../dist/event-nodes.js').registerOrderEvent;
