import { PAIR_MODULES } from './documentation-pair.ts'

/** What docs/modules.md says of a module; its parameters' types and defaults come from its schema. */
export interface ModuleDoc {
  readonly summary: string
  /** YAML of a task: its module with parameters. */
  readonly example: string
  /** Every parameter of the schema. */
  readonly parameters: Readonly<Record<string, string>>
  /** What else a person has to know. */
  readonly notes?: readonly string[]
}

const ACCOUNT = { owner: 'user that it belongs to', group: 'group that it belongs to' }
const MODE = 'octal, in quotes'
const EDITED = {
  path: 'the file; a link stays a link, what it leads to is edited',
  create: 'make the file where it is missing; else that is refused',
  validate: 'sh that checks the new file (`%s`) before it counts: `mysqld --defaults-file=%s --validate-config`',
}
const GUARD = {
  creates: 'path: where it is there, this was done',
  unless: 'sh that only looks (at most 30 s): where it ends with 0, this was done',
  undo: 'sh that takes it back, for `mmha rollback`',
  impact: 'what it does to the service; `restart` and `vip-moves` need --allow-restart on the holder',
  timeout: 's until it is ended and has failed',
}
const WAIT = 's to wait; then the run ends'

/** Every module, by name: docs/modules.md is made of it. */
export const MODULE_DOCS: Readonly<Record<string, ModuleDoc>> = {
  assert: {
    summary: 'What must hold, or nothing is done.',
    example: `assert:
  that: ["facts.os.id in ['debian', 'ubuntu']", "inventory.vrrp.version == 3"]
  message: this playbook is for Debian and Ubuntu`,
    parameters: {
      that: 'expressions as of `when`, one or a list',
      message: 'what to do where one does not hold',
      late: 'only when its turn comes, after what earlier plays did; else before anything is touched (exit 5)',
    },
  },
  command: {
    summary: 'A command of the shell, as root.',
    example: `command:
  run: mysqlcheck --all-databases --auto-repair && touch /var/lib/mmha/checked
  creates: /var/lib/mmha/checked
  timeout: 3600`,
    parameters: {
      run: 'sh, under `set -eu`',
      reads: 'it only looks: `registered.NAME.stdout` and `.status` of it',
      ...GUARD,
    },
    notes: [
      'Without `creates` and `unless` it runs every time, and every plan says so.',
      'With `reads: true` it runs with every look, also of a plan that changes nothing, at most 30 s.',
    ],
  },
  copy: {
    summary: 'A file of this machine, compared by content.',
    example: 'copy: { src: rules.yml, dest: /etc/exporter/rules.yml }',
    parameters: { src: 'beside the playbook, or a path', dest: 'where on the host', mode: MODE, ...ACCOUNT },
  },
  cron: {
    summary: 'A job of cron, in a file of its own in /etc/cron.d.',
    example: `cron:
  name: mmha-binlog-report
  schedule: "15 3 * * *"
  command: /usr/local/sbin/binlog-report
  environment: { MAILTO: dba@example.com }`,
    parameters: {
      name: 'of the file',
      schedule: 'five fields, or `@daily` and the like',
      command: 'what runs; `%` is a newline to cron, write `\\%`',
      user: 'whose job it is',
      environment: 'variables before it',
      state: 'absent: the file goes',
    },
  },
  file: {
    summary: 'A file with a given text, a directory, or nothing at a path.',
    example: `file: { path: /etc/mmha/motto, content: "this is {{host.name}}", mode: "0640" }`,
    parameters: {
      path: 'where',
      state: 'what is to be there',
      content: 'its text; a newline at the end is added. Without it: only mode and owner',
      mode: `${MODE}; 0644 of a new file, 0755 of a new directory`,
      ...ACCOUNT,
    },
  },
  firewall: {
    summary:
      'Lets packets in with the firewall that is at work there, before what refuses, kept over a reboot ([firewalls](firewall.md)).',
    example: `firewall:
  accept: [{ protocol: tcp, from: "{{inventory.clients}}", port: 9104 }]`,
    parameters: { accept: 'list of `{protocol: vrrp or tcp, from, to, port}`' },
  },
  http_check: {
    summary:
      'Asks a URL from the host (with its curl or wget, or for http with bash alone; follows no redirect), until it answers as it should.',
    example: `http_check: { url: "http://127.0.0.1:9104/metrics", contains: mysql_up 1, timeout: 30 }`,
    parameters: {
      url: 'http or https',
      status: 'status that it must answer with',
      contains: 'text that must be in the answer',
      insecure: 'any certificate will do',
      timeout: WAIT,
    },
  },
  ini_option: {
    summary: 'One option of my.cnf or a file like it.',
    example: `ini_option:
  path: /etc/mysql/conf.d/app.cnf
  create: true
  section: mysqld
  option: max_connections
  value: 500`,
    parameters: {
      ...EDITED,
      section: 'its section, without brackets; made at the end where it is missing',
      option: 'its name; `-` and `_` are the same',
      value: 'its value, in quotes where it must be; without it: an option that has none',
      state: 'absent: all lines of the option in that section go',
    },
    notes: [
      'Of several lines the last one counts, and is the one that is changed.',
      'Files that this one includes are not looked into.',
      'The settings of the pair are those of `mysql_config`, which are read after all others.',
    ],
  },
  lineinfile: {
    summary: 'One line of a text file.',
    example: `lineinfile: { path: /etc/hosts, line: "10.0.0.9 backup", match: "\\\\sbackup$" }`,
    parameters: {
      ...EDITED,
      line: 'the line as it should be',
      match: 'regular expression (JavaScript): the last line that it finds becomes `line`',
      after: 'regular expression: a new line comes after the last line that it finds, else to the end',
      state: 'absent: all lines that `match` finds (or that are `line`) go',
    },
  },
  package: {
    summary: 'Packages of the distribution, by apt, dnf or yum. Makes none older.',
    example: 'package: { name: [chrony, pv] }',
    parameters: {
      name: 'one or a list',
      state:
        'latest: also upgraded to what the host’s package lists (dnf, yum: cached metadata) have; `apt-get update` is not its job; absent: removed, its settings and what it needs itself stay',
      start: 'false keeps its service down while it is installed',
      dependents: 'absent: what needs it may go, too; else it is refused (exit 5), with their names',
    },
    notes: [
      'Database servers are refused with `latest`: they are upgraded by playbooks/upgrade-mysql.yml, in order. With `absent` they are refused, too.',
      'A rollback that takes an installed package back ends before anything is removed where others need it by now, and names them.',
      "dnf was tested with Debian's dnf 4 and a repository made for it, with `yum` as its other name; not on a RHEL, and not the yum of RHEL 7.",
    ],
  },
  run_undo: {
    summary: 'Takes a run back: what `mmha rollback` is made of; use that command.',
    example: 'run_undo: { run: 20261121T120342Z-a1b2 }',
    parameters: { run: 'its id, of `mmha runs`', later: 'all runs after it, too' },
  },
  script: {
    summary: 'A script of this machine, run on the host as root, and removed from it again.',
    example: `script: { src: tune.sh, args: [--fast], unless: test -e /etc/tuned }`,
    parameters: {
      src: 'beside the playbook, or a path; begins with `#!`',
      args: 'its arguments; no secrets',
      ...GUARD,
    },
  },
  service: {
    summary:
      'A unit of systemd, or a script of SysV init: enabled, started, and not older than its files ([which hosts](distributions.md)).',
    example: `service: { unit: chrony.service, state: started, restartedAfter: [/etc/chrony/chrony.conf] }`,
    parameters: {
      unit: 'its name',
      enabled: 'whether it starts with the host',
      state: 'started or stopped',
      restartedAfter: 'files that it reads at its start: restarted when one is newer than the process',
      reloadedAfter: 'files that a reload reads again',
    },
  },
  sysctl: {
    summary: 'A setting of the kernel: now, and at every start (/etc/sysctl.d/zz-mmha-NAME.conf).',
    example: 'sysctl: { name: vm.swappiness, value: 1 }',
    parameters: { name: 'as sysctl names it', value: 'its value' },
  },
  template: {
    summary: 'A file, rendered from a Handlebars template.',
    example: `template: { src: check-mysql.sh.hbs, dest: /usr/local/sbin/check, mode: "0755", vars: { credentials: /root/c.cnf, deadline: 2 } }`,
    parameters: {
      src: 'beside the playbook, or one of templates/',
      dest: 'where on the host',
      mode: MODE,
      ...ACCOUNT,
      vars: 'what it may name beside inventory, host, peer, facts and peerFacts',
    },
    notes: ['A name that does not exist is an error. `{{shell name}}` quotes a word for sh.'],
  },
  user: {
    summary: 'An account of the system, without a password.',
    example: 'user: { name: exporter, system: true, groups: [adm], shell: /usr/sbin/nologin }',
    parameters: {
      name: 'of the account',
      uid: 'its number',
      group: 'its own group, which must exist',
      groups: 'groups that it must be in; it stays in others',
      home: 'its home, made with the account',
      shell: 'its shell',
      system: 'of a new one: a system account',
      state: 'absent: the account goes, its home stays',
    },
  },
  wait_for: {
    summary: 'Waits, never for ever, until a port answers or a file is there.',
    example: 'wait_for: { port: "{{inventory.server.port}}", host: "{{host.address}}", timeout: 120 }',
    parameters: {
      port: 'TCP port, asked from the host',
      host: 'address of the port',
      path: 'a path, instead of a port',
      state: 'absent: until it is closed, or gone',
      timeout: WAIT,
    },
  },
  ...PAIR_MODULES,
}
