import { accepted, inBlock, type Keyword, native, secret, word } from '../keyword.ts'

/** What SSL_GET shows to servers that ask for a certificate. */
export const SSL: readonly Keyword[] = inBlock('SSL', [
  native('certificate', [word], {
    en: 'PEM file of the certificate that SSL_GET shows when a server asks for one; default: the file of the key',
    zh: '服务器要求客户端证书时 SSL_GET 出示的证书（PEM 文件）；默认与 key 同一文件',
  }),
  native('key', [word], {
    en: 'PEM file of its key; default: the file of the certificate',
    zh: '证书的私钥（PEM 文件）；默认与 certificate 同一文件',
  }),
  native('password', [secret], { en: 'Password of the key', zh: '私钥的密码' }),
  accepted('ca', [word], {
    en: "a server's certificate is not verified, as in keepalived",
    zh: '不验证服务器的证书，与 keepalived 相同',
  }),
])
