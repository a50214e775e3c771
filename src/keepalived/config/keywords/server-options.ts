import { choice, flag, ignored, integer, ipvs, native, seconds, word } from '../keyword.ts'

/** What virtual servers, real servers and checks have in common. */

/** `delay`: null where an attempt is followed by the next after delay_loop. */
export const timing = (retries: number, delay: number | null) => [
  native(
    'connect_timeout',
    [seconds(0.001, 3600)],
    { en: 'Until an attempt counts as failed', zh: '一次尝试的超时时间' },
    { default: 5 },
  ),
  native(
    'retry',
    [integer(0, 1000)],
    { en: 'Further attempts before the server is down', zh: '判定故障之前再试的次数' },
    { default: retries },
  ),
  native(
    'delay_before_retry',
    [seconds(0, 3600)],
    delay === null
      ? {
          en: 'Between a failed attempt and the next; default: delay_loop',
          zh: '失败后到下一次尝试的间隔；默认为 delay_loop',
        }
      : { en: 'Between a failed attempt and the next', zh: '失败后到下一次尝试的间隔' },
    { default: delay },
  ),
  native(
    'delay_loop',
    [seconds(0.001, 86400)],
    { en: 'Between two checks', zh: '两次检查之间的间隔' },
    { default: 60 },
  ),
  native('alpha', [flag], { en: 'Down until the first success', zh: '第一次成功之前视为故障' }, { default: false }),
  native(
    'warmup',
    [seconds(0, 86400)],
    {
      en: 'The first check starts after a random part of it; by default at once (keepalived: delay_loop)',
      zh: '第一次检查在此时间内随机开始；默认立即开始（keepalived 默认为 delay_loop）',
    },
    { default: 0 },
  ),
]

export const FORWARDING = choice('NAT', 'DR', 'TUN')

/** What is logged is all that is left of it without balancing. */
export const INHIBIT = native(
  'inhibit_on_failure',
  [flag],
  {
    en: 'A failed server is said to be disabled, not removed; notify scripts and address as without it',
    zh: '日志中称服务器被禁用而不是移除；脚本和地址不受影响',
  },
  { default: false },
)

export const LOG_ALL = native('log_all_failures', [flag], {
  en: 'Also failures that change nothing; default: checker_log_all_failures',
  zh: '不引起状态变化的失败也记录；默认取 checker_log_all_failures',
})

export const THRESHOLDS = [
  ipvs('uthreshold', [integer(0, 2147483647)], { en: 'balancing', zh: '负载均衡' }),
  ipvs('lthreshold', [integer(0, 2147483647)], { en: 'balancing', zh: '负载均衡' }),
]

export const SNMP_NAME = ignored('SNMP')('snmp_name', [word], { en: 'SNMP', zh: 'SNMP' })
