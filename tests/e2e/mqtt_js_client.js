// MQTT.js at the other end of a pipe: commands come as lines of JSON, events go as lines of JSON, as in paho_client.py.
const mqtt = require(process.env.MQRIG_NPM_FOLDER + '/node_modules/mqtt');
const fs = require('fs');
const readline = require('readline');

const tell = (event, more = {}) => process.stdout.write(JSON.stringify({event, ...more}) + '\n');
let client = null;

// MQTT.js has an object of user properties: pairs of one name come together, and those of different names in their order.
const pairs = (object) => Object.entries(object || {}).flatMap(([name, value]) => [].concat(value).map((one) => [name, one]));
const grouped = (list) => list.reduce((all, [name, value]) => {
  (all[name] = all[name] || []).push(value);
  return all;
}, {});

const toTheirs = (properties) => {
  const theirs = {...properties};
  if (theirs.correlationData) theirs.correlationData = Buffer.from(theirs.correlationData);
  if (theirs.userProperties) theirs.userProperties = grouped(theirs.userProperties);
  return theirs;
};

const toOurs = (properties) => {
  const ours = {...properties};
  if (ours.correlationData) ours.correlationData = ours.correlationData.toString();
  if (ours.userProperties) ours.userProperties = pairs(ours.userProperties);
  return ours;
};

const commands = {
  connect({port, url, ca, version, id = '', clean = true, expiry = 0, will}) {
    const options = {
      ...(url ? {} : {host: '127.0.0.1', port}), protocolVersion: version, protocolId: version === 3 ? 'MQIsdp' : 'MQTT', clean,
      reconnectPeriod: 0, ...(id && {clientId: id}), ...(will && {will: {retain: false, ...will, payload: Buffer.from(will.payload)}}),
      ...(version === 5 && {properties: {sessionExpiryInterval: expiry}}),
    };
    if (ca) options.ca = fs.readFileSync(ca);
    client = url ? mqtt.connect(url, options) : mqtt.connect(options);
    client.on('connect', (packet) => tell('connected', {present: packet.sessionPresent, code: 0}));
    client.on('error', (error) => tell('error', {text: String(error)}));
    client.on('close', () => tell('closed'));
    client.on('message', (topic, payload, packet) => tell('message', {
      topic, payload: payload.toString('base64'), qos: packet.qos, retain: packet.retain, properties: toOurs(packet.properties)}));
  },
  subscribe({filter, qos}) {
    client.subscribe(filter, {qos}, (error) => tell(error ? 'error' : 'subscribed', {text: String(error)}));
  },
  publish({topic, payload, qos, retain = false, properties}) {
    const options = {qos, retain, ...(properties && {properties: toTheirs(properties)})};
    client.publish(topic, Buffer.from(payload, 'base64'), options,
      (error) => tell(error ? 'error' : 'published', {text: String(error)}));
  },
  disconnect() {
    client.end();
  },
};

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const {do: name, ...more} = JSON.parse(line);
  commands[name](more);
}).on('close', () => process.exit(0));
