// A mail server of its own for tests: Debian's Exim, unpacked under .cache/ and never installed, on free loopback ports, as an
// ordinary user. It asks for TLS and a login, refuses the mailbox "gone", and puts all else into one Maildir.
// `node scripts/mail-server.mjs` starts one, prints its folder and ends it at Ctrl-C.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, say } from './lib.mjs';

const CACHE = join(ROOT, '.cache', 'exim');
const UNPACKED = join(CACHE, 'unpacked');
const NOBODY = 65_534;
const USER = 'leeway';
const PASSWORD = 's3cr3t-password';

/** Why the last call of `startMailServer` gave null. */
export let reason = '';

/**
 * Starts a mail server without mails. Null where none can be had; `reason` then says why. Its folder has `settings.json`:
 * ports for STARTTLS and for TLS, user, password, the certificate's authority (PEM) and the Maildir.
 * @param {{ install?: boolean }} options `install: false` never calls apt-get.
 * @returns {Promise<{ folder: string, stop: () => Promise<void> } | null>}
 */
export async function startMailServer({ install = process.env.LEEWAY_NO_INSTALL === undefined } = {}) {
  reason = '';
  if (!existsSync(join(CACHE, 'complete')) && !(install ? unpack() : none('no Exim under .cache/exim'))) return null;
  const folder = mkdtempSync(join(tmpdir(), 'leeway-mail-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  cpSync(UNPACKED, join(folder, 'exim'), { recursive: true });
  if (!makeCertificate(folder)) {
    remove();
    return none('openssl made no certificate');
  }
  const [starttls, tls] = [await freePort(), await freePort()];
  const uid = as.uid ?? process.getuid();
  const gid = as.gid ?? process.getgid();
  const mailbox = join(folder, 'mailbox');
  writeFileSync(
    join(folder, 'passwd'),
    `Debian-exim:x:${uid}:${gid}::/nonexistent:/bin/false\nroot:x:0:0::/root:/bin/sh\n`,
  );
  writeFileSync(join(folder, 'group'), `Debian-exim:x:${gid}:\nroot:x:0:\n`);
  writeFileSync(join(folder, 'exim.conf'), configuration({ folder, mailbox, starttls, tls, uid, gid }));
  const settings = { starttls, tls, user: USER, password: PASSWORD, ca: join(folder, 'cert.pem'), mailbox };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  if (as.uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);

  const libraries = libraryFolder(join(folder, 'exim'));
  const program = join(folder, 'exim/usr/sbin/exim4');
  const server = spawn(program, ['-C', join(folder, 'exim.conf'), '-bdf'], {
    ...as,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/bin:/bin',
      LD_LIBRARY_PATH: libraries,
      // Exim wants its own user to exist: this library shows it one, without a change to the machine.
      LD_PRELOAD: join(libraries, 'libnss_wrapper.so'),
      NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
      NSS_WRAPPER_GROUP: join(folder, 'group'),
    },
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
  server.once('error', (error) => (output += error.message));
  const ended = new Promise((resolve) => server.once('close', resolve));
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    await ended;
    remove();
  };
  for (let tries = 0; tries < 100 && server.exitCode === null && server.pid !== undefined; tries++) {
    if (await answers(starttls)) return { folder, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  return none(`Exim did not start: ${lastLine(output)}`);
}

const configuration = ({ folder, mailbox, starttls, tls, uid, gid }) => `
primary_hostname = mail.example.org
qualify_domain = example.org
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/exim.pid
exim_path = ${folder}/exim/usr/sbin/exim4
keep_environment = LD_LIBRARY_PATH : LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${starttls} : ${tls}
tls_on_connect_ports = ${tls}
tls_advertise_hosts = *
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
host_lookup =
rfc1413_query_timeout = 0s
never_users =
acl_smtp_rcpt = receiver
acl_smtp_data = accept
begin acl
receiver:
  deny !encrypted = *
       message = TLS comes first
  deny !authenticated = *
       message = a login comes first
  deny local_parts = gone
       message = no such mailbox
  accept
begin routers
all:
  driver = accept
  transport = mailbox
begin transports
mailbox:
  driver = appendfile
  directory = ${mailbox}
  maildir_format
  create_directory
  user = ${uid}
  group = ${gid}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${USER}}}{eq{$auth3}{${PASSWORD}}}}}
  server_set_id = $auth2
  server_advertise_condition = \${if def:tls_in_cipher}
`;

/** Fetches Exim with the libraries that are missing here, and unpacks them; the machine is left as it is. */
function unpack() {
  if (spawnSync('apt-get', ['--version']).status !== 0) return none('there is no apt-get to fetch Exim with');
  say('• fetching exim ...');
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(UNPACKED, { recursive: true });
  let wanted = ['exim4-daemon-light', 'libnss-wrapper'];
  const seen = new Set(['libc6', 'libgcc-s1', ...wanted]);
  for (let depth = 0; depth < 5; depth++) {
    if (!fetch(wanted)) return null;
    if (missingLibraries() === '') break;
    wanted = dependenciesOf(wanted).filter((name) => !seen.has(name));
    for (const name of wanted) seen.add(name);
  }
  const missing = missingLibraries();
  if (missing !== '') return none(`Exim lacks a library: ${missing}`);
  // With the bit of another user's rights, the loader would not look at our libraries.
  chmodSync(join(UNPACKED, 'usr/sbin/exim4'), 0o755);
  writeFileSync(join(CACHE, 'complete'), '');
  return true;
}

function fetch(names) {
  for (const name of names) {
    const cwd = mkdtempSync(join(CACHE, 'deb-'));
    // As root, apt-get would hand the download to a user who cannot write here.
    const args = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
    let got = spawnSync('apt-get', args, { cwd, timeout: 120_000 });
    if (got.status !== 0 && process.getuid?.() === 0) {
      spawnSync('apt-get', ['update', '-q'], { timeout: 300_000 });
      got = spawnSync('apt-get', args, { cwd, timeout: 120_000 });
    }
    const file = readdirSync(cwd).find((entry) => entry.endsWith('.deb'));
    if (!file) return none(`apt-get download ${name} failed: ${lastLine(got.stderr) || got.error?.message}`);
    const done = spawnSync('dpkg-deb', ['-x', join(cwd, file), UNPACKED]);
    rmSync(cwd, { recursive: true, force: true });
    if (done.status !== 0)
      return none(`${name} could not be unpacked: ${lastLine(done.stderr) || done.error?.message}`);
  }
  return true;
}

function dependenciesOf(names) {
  const listed = spawnSync('apt-cache', ['depends', ...names], { encoding: 'utf8' }).stdout ?? '';
  return [...new Set([...listed.matchAll(/Depends: (lib[a-z0-9.+-]+)/g)].map(([, name]) => name))];
}

function missingLibraries() {
  const env = { ...process.env, LD_LIBRARY_PATH: libraryFolder(UNPACKED) };
  const said = spawnSync('ldd', [join(UNPACKED, 'usr/sbin/exim4')], { encoding: 'utf8', env }).stdout ?? '';
  return [...said.matchAll(/(\S+) => not found/g)].map(([, name]) => name).join(', ');
}

/** Where the architecture's libraries are. */
function libraryFolder(root) {
  const libraries = join(root, 'usr/lib');
  const [own] = readdirSync(libraries).filter((name) => name.includes('-linux-'));
  return join(libraries, own ?? '');
}

function makeCertificate(folder) {
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  return spawnSync('openssl', ['req', '-x509', '-nodes', ...curve, ...name, ...files]).status === 0;
}

function none(why) {
  reason = why;
  return null;
}

const lastLine = (output) =>
  String(output ?? '')
    .trim()
    .split('\n')
    .at(-1);

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = await startMailServer();
  if (!started) {
    say(`✗ ${reason}`);
    process.exit(1);
  }
  process.stdout.write(`${started.folder}\n`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  await started.stop();
}
