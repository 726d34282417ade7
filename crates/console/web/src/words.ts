/** The sentences of the page, in the language of the browser: Chinese, or English for everybody else. */
const zh = {
  title: 'GraphQL 调试页 · 吹哨',
  home: '吹哨',
  secrecy: '非涉密系统，严禁处理国家秘密',
  name: '用户名',
  password: '密码',
  code: '动态口令',
  optional: '可不填',
  signIn: '登录',
  signOut: '退出登录',
  signedInAs: '当前用户',
  proof: '动态口令或密码',
  confirm: '确认身份',
  confirmed: '身份已确认',
  must: '请先办理',
  wrong: '用户名、密码或动态口令不正确。',
  tooMany: '尝试次数过多，请稍后再试。',
  failed: (status: number) => `操作未成功（HTTP ${status}）。`,
  unreachable: '无法连接服务器，请检查网络。',
  notJson: (status: number) => `服务器的回答不是 JSON（HTTP ${status}）。`,
  separator: '、',
};

const en: typeof zh = {
  title: 'GraphiQL · chuishao',
  home: 'chuishao',
  secrecy: 'Not a classified system: no state secrets',
  name: 'Name',
  password: 'Password',
  code: 'Code',
  optional: 'optional',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  proof: 'Code or password',
  confirm: 'Confirm',
  confirmed: 'Confirmed',
  must: 'First of all',
  wrong: 'Wrong name, password or code.',
  tooMany: 'Too many attempts, try again later.',
  failed: (status) => `That did not work (HTTP ${status}).`,
  unreachable: 'The server cannot be reached.',
  notJson: (status) => `The server did not answer with JSON (HTTP ${status}).`,
  separator: ', ',
};

const roles: Record<string, string> = {
  DISPATCHER: '调度员',
  DIRECTOR: '中心主任',
  DUTY_LEADER: '值班领导',
  LIAISON: '联络员',
  UNIT_LEADER: '单位负责人',
  LEADER: '领导',
  GRID_WORKER: '网格员',
  SYSTEM_ADMIN: '系统管理员',
  SECURITY_ADMIN: '安全保密管理员',
  AUDITOR: '安全审计员',
  PETITIONER: '信访人',
  SERVICE: '程序',
};

const musts: Record<string, string> = {
  CHANGE_PASSWORD: '修改密码 changePassword',
  ENROL_SECOND_FACTOR: '绑定动态口令 beginSecondFactor',
  GIVE_CODE: '提交动态码',
};

export const chinese = navigator.language.toLowerCase().startsWith('zh');
export const words = chinese ? zh : en;

/** The name of a role for the reader; one this page does not know yet is shown as it is. */
export const roleName = (role: string): string => (chinese ? (roles[role] ?? role) : role);

/** What must be done first, for the reader. */
export const mustName = (must: string): string => (chinese ? (musts[must] ?? must) : must);
