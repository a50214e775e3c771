import { alias, choice, flag, inBlock, integer, type Keyword, native, optional, seconds, word } from '../keyword.ts'

/** What instances and groups track besides scripts: processes and files. */

const direction = optional(choice('reverse', 'noreverse'))
/** A process name and its parameters. */
const COMMAND_LINE = [word, ...Array.from({ length: 31 }, () => optional(word))]

export const TRACKED_TOP: readonly Keyword[] = inBlock('top', [
  native(
    'vrrp_track_process',
    [word],
    { en: 'A process that must be running', zh: '必须在运行的进程' },
    { opens: 'vrrp_track_process', many: true },
  ),
  native(
    'track_process',
    [word],
    { en: 'The same as vrrp_track_process', zh: '与 vrrp_track_process 相同' },
    { opens: 'vrrp_track_process', many: true },
  ),
  native(
    'track_file',
    [word],
    { en: 'A file whose number is added to the priority', zh: '文件中的数值会加到优先级上' },
    { opens: 'track_file', many: true },
  ),
  alias('vrrp_track_file', 'track_file', { en: 'its name before keepalived 2.2', zh: 'keepalived 2.2 之前的名称' }),
  native(
    'interface_up_down_delays',
    [],
    {
      en: 'NIC DOWN_DELAY [UP_DELAY] in s: how long a change of an interface must last before it counts',
      zh: '网卡 断开延迟 [恢复延迟]，单位秒：接口状态变化持续多久才算数',
    },
    { opens: 'interface_up_down_delays' },
  ),
])

export const TRACK_PROCESS: readonly Keyword[] = inBlock('vrrp_track_process', [
  native('process', COMMAND_LINE, { en: 'Name of the process, and its parameters', zh: '进程名及其参数' }),
  native('param_match', [choice('initial', 'partial')], {
    en: 'partial: the first parameters are these; initial: and the last one only begins so',
    zh: 'partial：前几个参数与此相同；initial：并且最后一个参数只需以此开头',
  }),
  native(
    'weight',
    [integer(-254, 254), direction],
    {
      en: 'Added to the priority; 0: without the process the instance is in FAULT',
      zh: '加到优先级上；0：没有该进程时实例进入 FAULT',
    },
    { default: 0 },
  ),
  native('quorum', [integer(1, 65535)], { en: 'So many must run at least', zh: '至少要运行的进程数' }, { default: 1 }),
  native('quorum_max', [integer(0, 65535)], { en: 'So many may run at most', zh: '最多允许运行的进程数' }),
  native(
    'fork_delay',
    [seconds(0, 3600)],
    { en: 'It must run for so long before it counts as up', zh: '运行多久之后才算正常' },
    { default: 0 },
  ),
  native(
    'terminate_delay',
    [seconds(0, 3600)],
    { en: 'It must be gone for so long before it counts as down', zh: '消失多久之后才算故障' },
    { default: 0 },
  ),
  native('delay', [seconds(0, 3600)], { en: 'Both delays', zh: '同时设置两种延迟' }),
  native(
    'full_command',
    [flag],
    { en: 'The name is compared with the whole command line’s first word', zh: '与完整命令行的第一个词比较' },
    { default: false },
  ),
])

export const TRACK_FILE: readonly Keyword[] = inBlock('track_file', [
  native('file', [word], { en: 'Path of the file; it holds one number', zh: '文件路径，内容为一个数字' }),
  native(
    'weight',
    [integer(-254, 254), direction],
    {
      en: 'The number times this is added to the priority; 0: any number but 0 is a fault',
      zh: '数值乘以它后加到优先级上；0：任何非零数值都是故障',
    },
    { default: 1 },
  ),
  native('init_file', [optional(word), optional(word)], {
    en: '[VALUE] [overwrite]: written at the start when there is no file, or always',
    zh: '[数值] [overwrite]：启动时若文件不存在则写入（overwrite：总是写入）',
  }),
])
