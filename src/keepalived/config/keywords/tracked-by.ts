import { alias, flag, native } from '../keyword.ts'

/** What an instance tracks, and what a sync group tracks for all of its members. */

const interfaces = native(
  'track_interface',
  [],
  {
    en: 'Interfaces: NIC [weight N [reverse]]; without a weight their loss is a fault',
    zh: '接口：网卡 [weight N [reverse]]；没有权重时接口断开即为故障',
  },
  { opens: 'track_interface', many: true },
)
const scripts = native(
  'track_script',
  [],
  {
    en: 'Scripts: NAME [weight N [reverse]]; with weight 0 a failure is a fault',
    zh: '脚本：名称 [weight N [reverse]]；权重为 0 时失败即为故障',
  },
  { opens: 'track_script', many: true },
)
const processes = native(
  'track_process',
  [],
  {
    en: 'Processes: NAME of a vrrp_track_process [weight N [reverse]]',
    zh: '进程：vrrp_track_process 的名称 [weight N [reverse]]',
  },
  { opens: 'tracked_process', many: true },
)
const files = native(
  'track_file',
  [],
  { en: 'Files: NAME of a track_file [weight N [reverse]]', zh: '文件：track_file 的名称 [weight N [reverse]]' },
  { opens: 'tracked_file', many: true },
)

export const TRACKED_BY_INSTANCE = [
  interfaces,
  scripts,
  processes,
  files,
  alias('vrrp_track_process', 'track_process', { en: 'its first name', zh: '最初的名称' }),
]

export const TRACKED_BY_GROUP = [
  interfaces,
  scripts,
  processes,
  files,
  native(
    'track_src_ip',
    [flag],
    { en: 'Loss of a member’s configured source address is a fault', zh: '成员配置的源地址丢失即为故障' },
    { default: false },
  ),
  native(
    'sync_group_tracking_weight',
    [flag],
    {
      en: 'Weights of tracked things count in this group, too; without it each of them is 0',
      zh: '本组内也计算权重；没有它时所有权重按 0 处理',
    },
    { default: false },
  ),
  native('notify_priority_changes', [flag], {
    en: 'Default of notify_priority_changes of the members',
    zh: '成员 notify_priority_changes 的默认值',
  }),
]
