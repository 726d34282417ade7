import { useEffect, useState, type FormEvent } from 'react';
import { confirm, signIn, signOut, whoAmI, whoElse, type Me, type Provider } from './session';
import { mustName, roleName, words } from './words';

const text = (form: FormData, field: string): string => {
  const value = form.get(field);
  return typeof value === 'string' ? value : '';
};

/**
 * The bar on top: who is signed in, and the door in and out. Either way the page is loaded anew, so
 * that nothing one person has seen stays on the screen of the next.
 */
export function Bar() {
  const [me, setMe] = useState<Me | null>();
  const [provider, setProvider] = useState<Provider | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');

  useEffect(() => {
    let gone = false;
    void whoAmI().then((it) => { if (!gone) setMe(it); });
    void whoElse().then((it) => { if (!gone) setProvider(it); });
    return () => { gone = true; };
  }, []);

  const attempt = async (act: () => Promise<string | null>): Promise<boolean> => {
    setBusy(true);
    setError('');
    const refused = await act();
    if (refused === null) return true;
    setBusy(false);
    setError(refused);
    return false;
  };

  const enter = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const code = text(form, 'code').trim();
    if (await attempt(() => signIn(text(form, 'name').trim(), text(form, 'password'), code))) location.reload();
  };

  const prove = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (await attempt(() => confirm(text(new FormData(form), 'proof').trim()))) {
      form.reset();
      setBusy(false);
      setMe(await whoAmI());
    }
  };

  const leave = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (await attempt(signOut)) {
      sessionStorage.clear();
      location.reload();
    }
  };

  return (
    <header className="bar">
      <a href="/">{words.home}</a>
      <span>{words.secrecy}</span>
      {me === null && (
        <form onSubmit={(event) => void enter(event)} aria-label={words.signIn}>
          <label>{words.name}<input name="name" autoComplete="username" required /></label>
          <label>{words.password}<input name="password" type="password" autoComplete="current-password" required /></label>
          <label>
            {words.code}
            <input name="code" inputMode="numeric" autoComplete="one-time-code" placeholder={words.optional} />
          </label>
          <button type="submit" disabled={busy}>{words.signIn}</button>
          {provider && <a href={`${provider.path}?to=graphiql`}>{provider.button}</a>}
        </form>
      )}
      {me && me.must.length > 0 && (
        <strong role="note">{words.must}: {me.must.map(mustName).join(words.separator)}</strong>
      )}
      {me && (me.must.length === 0 || me.must.includes('GIVE_CODE')) && (
        <form onSubmit={(event) => void prove(event)} aria-label={words.confirm}>
          {me.confirmed ? <span>{words.confirmed}</span> : (
            <label>{words.proof}<input name="proof" type="password" autoComplete="one-time-code" required /></label>
          )}
          {!me.confirmed && <button type="submit" disabled={busy}>{words.confirm}</button>}
        </form>
      )}
      {me && (
        <form onSubmit={(event) => void leave(event)} aria-label={words.signOut}>
          <span role="status">
            {words.signedInAs} <strong>{me.name}</strong>
            {me.unit !== null && ` · ${me.unit}`}
            {me.roles.length > 0 && ` · ${me.roles.map(roleName).join(words.separator)}`}
          </span>
          <button type="submit" disabled={busy}>{words.signOut}</button>
        </form>
      )}
      <p className="error" role="alert">{error}</p>
    </header>
  );
}
