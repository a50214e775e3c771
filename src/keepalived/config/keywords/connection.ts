import { address, integer, native, port, word } from '../keyword.ts'
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
  native('bind_port', [port], {
    en: 'Source port; the connection is then ended by a reset, so that the next check can have the port',
    zh: '源端口；此时检查以 RST 结束连接，使下一次检查可以再用此端口',
  }),
  native('bind_if', [word], { en: 'Interface that the packets leave through', zh: '数据包发出的网卡' }),
  native('fwmark', [integer(0, 2147483647)], {
    en: 'Mark of the packets, for rules of routing and of the firewall',
    zh: '数据包的标记，供路由规则和防火墙使用',
  }),
  LOG_ALL,
]
