import { ignored, later, word, words } from '../keyword.ts'

const vmac = ignored('VMAC')

/** Rows of vrrp_instance that are about interfaces of the instance's own, which it does not have here. */
export const VIRTUAL_MAC = [
  vmac('use_vmac', [words], {
    en: "adverts and address have the interface's own MAC address; gratuitous ARP tells the network",
    zh: '通告和地址使用网卡自身的 MAC 地址，由免费 ARP 通知网络',
  }),
  vmac('use_vmac_addr', [words], { en: 'as use_vmac, for each address', zh: '同 use_vmac，针对每个地址' }),
  vmac('vmac_xmit_base', [], { en: 'adverts leave by the interface itself', zh: '通告从网卡本身发出' }),
  vmac('vmac_garp_intvl', [words], { en: 'the interface itself is refreshed', zh: '刷新网卡本身' }),
  vmac('use_ipvlan', [words], { en: 'addresses are added to the interface itself', zh: '地址添加在网卡本身' }),
  later('vrf', [word], {
    en: 'the instance runs in the domain of its interface',
    zh: '实例在其网卡所属的路由域中运行',
  }),
]
