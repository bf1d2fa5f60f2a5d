/** The standard footer's words in one language. */
interface FooterWords {
  readonly why: string;
  readonly unsubscribe: string;
  readonly preferences: string;
  readonly view: string;
}

const SHOP = '{{@root.store.name}}';

const ENGLISH: FooterWords = {
  why: `You received this e-mail because you gave your address to ${SHOP}.`,
  unsubscribe: 'Unsubscribe',
  preferences: 'Choose your letters',
  view: 'View in browser',
};

const WORDS: Readonly<Record<string, FooterWords>> = {
  de: {
    why: `Sie erhalten diese E-Mail, weil Sie ${SHOP} Ihre Adresse gegeben haben.`,
    unsubscribe: 'Abmelden',
    preferences: 'E-Mails auswählen',
    view: 'Im Browser ansehen',
  },
  es: {
    why: `Ha recibido este correo porque facilitó su dirección a ${SHOP}.`,
    unsubscribe: 'Darse de baja',
    preferences: 'Elegir sus correos',
    view: 'Ver en el navegador',
  },
  fr: {
    why: `Vous recevez cet e-mail parce que vous avez donné votre adresse à ${SHOP}.`,
    unsubscribe: 'Se désabonner',
    preferences: 'Choisir vos e-mails',
    view: 'Voir dans le navigateur',
  },
  it: {
    why: `Hai ricevuto questa e-mail perché hai dato il tuo indirizzo a ${SHOP}.`,
    unsubscribe: 'Annulla l’iscrizione',
    preferences: 'Scegli le tue e-mail',
    view: 'Apri nel browser',
  },
  nl: {
    why: `U ontvangt deze e-mail omdat u uw adres aan ${SHOP} hebt gegeven.`,
    unsubscribe: 'Afmelden',
    preferences: 'E-mails kiezen',
    view: 'In de browser bekijken',
  },
  pl: {
    why: `Otrzymujesz tę wiadomość, ponieważ Twój adres e-mail został podany sklepowi ${SHOP}.`,
    unsubscribe: 'Wypisz się',
    preferences: 'Wybierz wiadomości',
    view: 'Zobacz w przeglądarce',
  },
  pt: {
    why: `Recebeu este e-mail porque forneceu o seu endereço a ${SHOP}.`,
    unsubscribe: 'Cancelar a inscrição',
    preferences: 'Escolher e-mails',
    view: 'Ver no navegador',
  },
  ru: {
    why: `Вы получили это письмо, потому что оставили свой адрес магазину ${SHOP}.`,
    unsubscribe: 'Отписаться',
    preferences: 'Настроить письма',
    view: 'Открыть в браузере',
  },
  uk: {
    why: `Ви отримали цей лист, бо залишили свою адресу магазину ${SHOP}.`,
    unsubscribe: 'Відписатися',
    preferences: 'Налаштувати листи',
    view: 'Відкрити в браузері',
  },
};

/** In the language of a locale of templates, English where it is none of ours. */
export function footerWords(locale: string): FooterWords {
  return WORDS[locale.split('-')[0]!] ?? ENGLISH;
}
