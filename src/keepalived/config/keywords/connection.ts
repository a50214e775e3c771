import { address, integer, later, native, port, word } from '../keyword.ts'
import { LOG_ALL, timing } from './server-options.ts'

/** What all checks over the network have. `delay`: null where an attempt is followed by the next after delay_loop. */
export const connection = (retries: number, delay: number | null) => [
  native('connect_ip', [address], {
    en: "Address to connect to; default: the real server's",
    zh: '连接的地址；默认为真实服务器的地址',
  }),
  native('connect_port', [port], {
    en: "Port to connect to; default: the real server's",
    zh: '连接的端口；默认为真实服务器的端口',
  }),
  native('bindto', [address], { en: 'Source address', zh: '源地址' }),
  ...timing(retries, delay),
  later('bind_port', [port], { en: 'the kernel chooses the source port', zh: '源端口由内核选择' }),
  later('bind_if', [word], { en: 'the kernel chooses the interface', zh: '网卡由内核选择' }),
  later('fwmark', [integer(0, 2147483647)], { en: 'packets are not marked', zh: '不给数据包打标记' }),
  LOG_ALL,
]
