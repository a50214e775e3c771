import { choice, command, flag, native, optional, seconds, word } from '../keyword.ts'

/** How people and programs are told: rows of global_defs, and of vrrp_instance. */

/** Path; user and group that it belongs to. */
const FIFO = [word, optional(word), optional(word)]

export const NOTIFICATION_OF_GLOBAL = [
  native('notify_fifo', FIFO, {
    en: 'A FIFO that gets a line for every change of instances, groups and servers; whose it is may follow: user and group',
    zh: '实例、组与服务器的每次变化都向此 FIFO 写一行；其后可写所属的用户和组',
  }),
  native('notify_fifo_script', [command], {
    en: 'Reads notify_fifo: started with its path as the last argument',
    zh: '读取 notify_fifo 的程序：启动时最后一个参数是其路径',
  }),
  native('vrrp_notify_fifo', FIFO, {
    en: 'As notify_fifo, for instances and groups',
    zh: '同 notify_fifo，仅实例与组',
  }),
  native('vrrp_notify_fifo_script', [command], { en: 'Reads vrrp_notify_fifo', zh: '读取 vrrp_notify_fifo 的程序' }),
  native('lvs_notify_fifo', FIFO, {
    en: 'As notify_fifo, for virtual and real servers',
    zh: '同 notify_fifo，仅虚拟服务器与真实服务器',
  }),
  native('lvs_notify_fifo_script', [command], { en: 'Reads lvs_notify_fifo', zh: '读取 lvs_notify_fifo 的程序' }),
  native(
    'fifo_write_vrrp_states_on_reload',
    [flag],
    { en: 'FIFOs get every state again after a reload', zh: '重新加载后向 FIFO 再写一次所有状态' },
    { default: false },
  ),
  native(
    'no_email_faults',
    [flag],
    { en: 'No mail about instances that enter FAULT', zh: '实例进入 FAULT 时不发邮件' },
    { default: false },
  ),
  native('smtp_tls', [choice('no', 'starttls', 'tls')], {
    en: 'TLS with the relay (mmha); default: tls on port 465, starttls with smtp_auth, else no',
    zh: '与邮件中继使用 TLS（mmha）；默认：465 端口为 tls，有 smtp_auth 时为 starttls，否则为 no',
  }),
  native(
    'smtp_tls_verify',
    [flag],
    { en: "The relay's certificate must be valid for its name (mmha)", zh: '中继的证书必须有效且与名称相符（mmha）' },
    { default: true },
  ),
  native('smtp_tls_ca', [word], {
    en: 'PEM file of the authorities that the relay is trusted by (mmha)',
    zh: '信任中继所用的 CA 证书文件，PEM 格式（mmha）',
  }),
  native('smtp_auth', [word, word], {
    en: 'User, and the root-only file that holds the password (mmha)',
    zh: '用户名，以及存放密码、仅 root 可读的文件（mmha）',
  }),
  native(
    'smtp_retry_for',
    [seconds(0, 604_800)],
    { en: 'How long a mail is tried again (mmha)', zh: '邮件重试的最长时间（mmha）' },
    { default: 3600 },
  ),
  native('webhook', [word], {
    en: 'URL that gets every change as JSON by POST (mmha)',
    zh: '每次变化都以 JSON 通过 POST 发送到此 URL（mmha）',
  }),
  native('webhook_header', [word, word], {
    en: 'Name of a header, and the root-only file that holds its value (mmha)',
    zh: '请求头名称，以及存放其值、仅 root 可读的文件（mmha）',
  }),
  native(
    'webhook_timeout',
    [seconds(0.1, 300)],
    { en: 'Until a request counts as failed (mmha)', zh: '请求超时时间（mmha）' },
    { default: 10 },
  ),
  native(
    'webhook_retry_for',
    [seconds(0, 604_800)],
    { en: 'How long an event is tried again (mmha)', zh: '事件重试的最长时间（mmha）' },
    { default: 3600 },
  ),
  native('webhook_ca', [word], {
    en: 'PEM file of the authorities that the receiver is trusted by (mmha)',
    zh: '信任接收方所用的 CA 证书文件，PEM 格式（mmha）',
  }),
]

export const NOTIFICATION_OF_INSTANCE = [
  native('notify_master_rx_lower_pri', [command], {
    en: 'Run when a master hears a lower priority',
    zh: '主机收到较低优先级的通告时执行',
  }),
]

export const NOTIFICATION_OF_BOTH = [
  native('notify_deleted', [optional(command)], {
    en: 'Told as DELETED, not FAULT, when a reload removes it; the command is run as well',
    zh: '重新加载时被删除，以 DELETED 而非 FAULT 通知；若有命令则一并执行',
  }),
]
