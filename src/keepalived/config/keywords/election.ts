import { accepted, flag, integer, native, seconds } from '../keyword.ts'

/** Who becomes master and when: rows of vrrp_instance, and their defaults in global_defs. */

export const ELECTION_OF_INSTANCE = [
  native('higher_prio_send_advert', [flag], {
    en: 'One more advert on yielding to a higher priority, so that the winner tells the switches again',
    zh: '让位给更高优先级之前再发一次通告，使胜者重新刷新交换机',
  }),
  native('lower_prio_no_advert', [flag], {
    en: 'Do not answer the advert of a lower priority at once',
    zh: '收到较低优先级的通告时不立即回应',
  }),
  native('down_timer_adverts', [integer(1, 100)], {
    en: 'So many intervals without an advert, and the skew, are a dead master',
    zh: '连续多少个间隔（加上偏移时间）没有通告就认为主机已失效',
  }),
  native('notify_priority_changes', [flag], {
    en: 'Tell notify scripts and FIFOs of every change of the priority',
    zh: '优先级每次变化都通知脚本与 FIFO',
  }),
  native(
    'track_src_ip',
    [flag],
    { en: 'Loss of the configured source address is a fault', zh: '配置的源地址丢失即为故障' },
    { default: false },
  ),
  accepted('timer_expired_backup', [flag], {
    en: 'a master whose timer ran out always steps down before it sends',
    zh: '定时器超时的主机在此总是先让位再发送',
  }),
  accepted('thread_timer_expired', [flag], {
    en: 'a master whose timer ran out always steps down before it sends',
    zh: '定时器超时的主机在此总是先让位再发送',
  }),
]

export const ELECTION_OF_GLOBAL = [
  native(
    'vrrp_higher_prio_send_advert',
    [flag],
    { en: 'Default of higher_prio_send_advert', zh: 'higher_prio_send_advert 的默认值' },
    { default: false },
  ),
  native(
    'vrrp_lower_prio_no_advert',
    [flag],
    { en: 'Default of lower_prio_no_advert', zh: 'lower_prio_no_advert 的默认值' },
    { default: false },
  ),
  native(
    'vrrp_down_timer_adverts',
    [integer(1, 100)],
    { en: 'Default of down_timer_adverts', zh: 'down_timer_adverts 的默认值' },
    { default: 3 },
  ),
  native(
    'vrrp_notify_priority_changes',
    [flag],
    { en: 'Default of notify_priority_changes', zh: 'notify_priority_changes 的默认值' },
    { default: false },
  ),
  native(
    'vrrp_owner_ignore_adverts',
    [flag],
    {
      en: 'A router of priority 255 does not listen to others’ adverts',
      zh: '优先级 255 的路由器不理会他人的通告',
    },
    { default: false },
  ),
  native(
    'vrrp_startup_delay',
    [seconds(0, 3600)],
    { en: 'Wait after the start of the daemon before any election', zh: '守护进程启动后等待多久才参与选举' },
    { default: 0 },
  ),
  native(
    'vrrp_delay_after_boot',
    [seconds(0, 3600)],
    { en: 'No election until the host has been up for so long', zh: '主机启动满多久之后才参与选举' },
    { default: 0 },
  ),
]
