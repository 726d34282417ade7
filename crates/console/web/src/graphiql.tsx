import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { Bar } from './Bar';
import './graphiql.css';
import { chinese, words } from './words';

const defaultQuery = `# 1. 先在页面上方登录。
# 2. 按 Ctrl+Enter 或点击三角按钮执行。
# 3. 左上角的书本图标打开接口文档。
# 4. 输入时按 Ctrl+空格 提示可用字段。
#
# Sign in above, then press Ctrl+Enter.
# The book icon opens the documentation.

{
  me {
    name
    roles
    unit {
      name
    }
  }
}
`;

type Fetcher = React.ComponentProps<typeof GraphiQL>['fetcher'];

/** One POST to this server and nowhere else, with the cookie of the session. */
const fetcher: Fetcher = async (params, options) => {
  const res = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...options?.headers },
    body: JSON.stringify(params),
  });
  return res.json().catch(() => ({ errors: [{ message: words.notJson(res.status) }] }));
};

document.documentElement.lang = chinese ? 'zh-CN' : 'en';
document.title = words.title;

const root = document.getElementById('root');
if (root) {
  // The storage of the tab, not of the browser: queries may name people, and desks are shared.
  createRoot(root).render(
    <>
      <Bar />
      <main>
        <GraphiQL fetcher={fetcher} defaultQuery={defaultQuery} storage={sessionStorage} shouldPersistHeaders={false} showPersistHeadersSettings={false}>
          <GraphiQL.Logo>{words.home}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>,
  );
}
