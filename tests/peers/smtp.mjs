// A real mail server for the tests of delivery, on a free port of 127.0.0.1.
//
//   node smtp.mjs [--auth NAME:PASSWORD] [--starttls | --tls] [--fail N] [--drop N] [--reject]
//
//   --auth      demands this sign-in; with --starttls or --tls it is offered only inside TLS
//   --starttls  offers STARTTLS and takes no mail without it
//   --tls       speaks TLS from the first byte
//   --fail N    answers the first N messages with 451: try again
//   --drop N    takes the next N messages, then closes the connection instead of answering
//   --reject    answers every recipient with 550: never
//
// It prints a line of JSON when it is ready, {"port", "cert"}, cert being the file of the certificate to trust (for
// localhost and 127.0.0.1) or null; then a line for each message, {"outcome": "accepted" | "failed" | "dropped", "from",
// "to", "messageId", "subject", "headers", "text"}. It stops when its standard input closes.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

const { values: options } = parseArgs({
  options: {
    auth: { type: 'string' },
    starttls: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    fail: { type: 'string', default: '0' },
    drop: { type: 'string', default: '0' },
    reject: { type: 'boolean', default: false },
  },
});
const encrypted = options.starttls || options.tls;
let failuresLeft = Number(options.fail);
let dropsLeft = Number(options.drop);

const print = (it) => process.stdout.write(`${JSON.stringify(it)}\n`);
const refusal = (responseCode, message) => Object.assign(new Error(message), { responseCode });

const certificate = encrypted ? makeCertificate() : null;
const server = new SMTPServer({
  name: 'localhost',
  secure: options.tls,
  needsUpgrade: false,
  ...certificate?.keys,
  // Offers what was asked for and nothing else, so that a client that skips a step is refused.
  disabledCommands: [...(options.starttls ? [] : ['STARTTLS']), ...(options.auth ? [] : ['AUTH'])],
  authOptional: !options.auth,
  allowInsecureAuth: !encrypted,
  disableReverseLookup: true,
  onAuth({ username, password }, _session, done) {
    if (`${username}:${password}` === options.auth) done(null, { user: username });
    else done(refusal(535, 'wrong name or password'));
  },
  onMailFrom(_address, session, done) {
    done(encrypted && !session.secure ? refusal(530, 'must issue STARTTLS first') : null);
  },
  onRcptTo(_address, _session, done) {
    done(options.reject ? refusal(550, 'no such mailbox') : null);
  },
  onData(stream, session, done) {
    simpleParser(stream).then((mail) => receive(mail, session, done), done);
  },
});

function receive(mail, session, done) {
  const outcome = failuresLeft > 0 ? 'failed' : dropsLeft > 0 ? 'dropped' : 'accepted';
  print({
    outcome,
    from: session.envelope.mailFrom.address,
    to: session.envelope.rcptTo.map((it) => it.address),
    messageId: mail.messageId ?? null,
    subject: mail.subject ?? null,
    headers: Object.fromEntries([...mail.headers].map(([name, value]) => [name, value?.text ?? value])),
    text: mail.text ?? null,
  });
  if (outcome === 'failed') {
    failuresLeft -= 1;
    done(refusal(451, 'try again later'));
  } else if (outcome === 'dropped') {
    dropsLeft -= 1;
    for (const it of server.connections) if (it.session === session) it.close();
  } else {
    done();
  }
}

/** A certificate that nobody else has, in a folder of its own. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'chuishao-smtp-'));
  const [config, key, cert] = ['openssl.cnf', 'key.pem', 'cert.pem'].map((it) => join(folder, it));
  writeFileSync(
    config,
    `[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
`,
  );
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-config', config, '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...files], { stdio: 'pipe' });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { file: cert, keys: { key: readFileSync(key), cert: readFileSync(cert) } };
}

// A client that leaves in the middle is part of the tests.
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => print({ port: server.server.address().port, cert: certificate?.file ?? null }));
process.stdin.resume().on('close', () => process.exit(0));
