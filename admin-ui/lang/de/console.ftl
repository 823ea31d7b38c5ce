# Der Rahmen und die Seiten der Verwaltung.
skip-link = Zum Inhalt springen
assets-missing = Die Stilvorlagen und Skripte der Oberfläche fehlen. Führen Sie „make assets“ aus und bauen Sie neu.
close = Schließen
cancel = Abbrechen
copy = Kopieren
account-menu = Konto
logout = Abmelden
switch-tenant = Firma wechseln:
nav-label = Hauptmenü
nav-live = Live
nav-calls = Anrufe
nav-people = Personen
nav-audit = Protokoll
nav-tokens = API-Schlüssel
nav-tenants = Firmen
nav-server-audit = Server-Protokoll
find-label = Personen, Nummern und Anrufe suchen
find-placeholder = Personen, Nummern, Anrufe suchen
find-title = Suche
find-lead = Treffer für „{ $text }“
find-numbers = Rufnummern
find-number-calls = Die Anrufe dieser Rufnummer
find-all-people = Alle passenden Personen
find-all-calls = Alle passenden Anrufe
find-nothing = Nichts gefunden
find-what = Wonach suchen Sie?
find-help = Ein Stück eines Namens, einer Durchwahl oder einer Rufnummer genügt: Berg, 102, 030 555.
display-theme = Darstellung
display-theme-auto = System
display-theme-light = Hell
display-theme-dark = Dunkel
display-language = Sprache
keys-title = Tastatur
keys-search = Suchen
keys-move = Nächste, vorige Zeile
keys-open = Zeile öffnen
keys-help = Diese Hilfe

refusal-not-there = Hier ist nichts
refusal-not-there-help = Die Adresse stimmt nicht, oder das Gesuchte gibt es nicht mehr.
refusal-not-allowed = Dafür fehlt Ihnen die Berechtigung
refusal-not-allowed-help = Fragen Sie die Person, die Ihre Telefone betreut.
refusal-not-allowed-named = Fragen Sie die Person, die Ihre Telefone betreut: { $who }.
refusal-stale = Dieses Formular ist zu alt
refusal-stale-help = Es wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und senden Sie sie noch einmal ab.
refusal-unreadable = Das Formular war nicht lesbar
refusal-unreadable-help = Es wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
refusal-broken = Bei uns ist etwas schiefgegangen
refusal-broken-help = Gespräche sind nicht betroffen. Näheres steht im Log; versuchen Sie es gleich noch einmal.
refusal-home = Zu Live
refusal-home-operator = Zu den Firmen

login-title = Anmelden
login-heading = Anmelden
login-lead = Die Telefone Ihrer Firma und alles, was sie tun.
login-enter = Anmelden
login-wrong = E-Mail-Adresse oder Passwort ist falsch.
login-too-often = Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
login-stale = Diese Seite war zu lange geöffnet. Bitte geben Sie Ihr Passwort noch einmal ein.
login-first = Ihre Anmeldung ist abgelaufen. Melden Sie sich noch einmal an: Ihre Eingaben bleiben erhalten, geändert wurde noch nichts.
resume-title = Ihre Eingaben sind noch da
resume-lead = Sie stammen aus der Zeit vor Ihrer letzten Anmeldung; geändert wurde noch nichts.
resume-go-on = Fortfahren
resume-discard = Verwerfen
login-demo = Demo ausprobieren
login-demo-operator = Betreiber
first-title = Noch kann sich niemand anmelden
first-lead = Dieser Server ist neu und hat noch kein Konto. Das erste entsteht auf der Maschine, auf der er läuft.
first-write = Schreiben Sie eine Datei:
first-import = Setzen Sie sie in Kraft, mit dem Datenordner des Servers:
first-then = Melden Sie sich dann mit dieser E-Mail-Adresse und diesem Passwort an.

live-title = Live
live-well = Alles in Ordnung
live-alarm = Etwas braucht Ihre Aufmerksamkeit
live-silent = Kein Telefon ist erreichbar
live-partly = { $missing ->
    [one] { $missing } Telefon ist nicht erreichbar
   *[other] { $missing } Telefone sind nicht erreichbar
}
live-nobody = Noch ist niemand da
live-no-phone = Noch gibt es kein Telefon
live-first-person = Erste Person hinzufügen
live-see-phones = Ansehen, welche
live-all-calls = { $calls ->
    [0] Gerade keine Anrufe
    [one] Gerade { $calls } Anruf
   *[other] Gerade { $calls } Anrufe
}
live-own-calls = { $calls ->
    [0] Sie haben gerade keinen Anruf
    [one] Sie haben gerade { $calls } Anruf
   *[other] Sie haben gerade { $calls } Anrufe
}
live-reachable = { $reachable } von { $phones } Telefonen erreichbar.
live-tile-talking = Im Gespräch
live-tile-talking-more = { $held ->
    [one] { $held } wird gehalten
   *[other] { $held } werden gehalten
}
live-tile-ringing = Es klingelt
live-tile-ringing-more = noch nicht angenommen
live-tile-phones = Telefone
live-tile-phones-more = { $missing ->
    [0] alle erreichbar
   *[other] { $missing } nicht erreichbar
}
live-tile-phones-none = noch keines
live-tile-trunks = Leitung
live-trunk-numbers = { $numbers ->
    [one] { $numbers } Rufnummer führt hierher
   *[other] { $numbers } Rufnummern führen hierher
}
live-no-trunk = nur interne Anrufe
live-alarms = Alarme des letzten Tages
live-calls-now = Laufende Anrufe
live-own-now = Ihre laufenden Anrufe
live-empty = Gerade ist es ruhig
live-empty-help = Sobald jemand wählt, erscheint der Anruf hier. Probieren Sie es: Rufen Sie von einer Durchwahl eine andere an.
live-empty-own = Ihre Anrufe erscheinen hier, sobald Sie wählen oder Ihr Telefon klingelt. Die Ihrer Kollegen sehen Sie nicht.
live-hang-up = Diesen Anruf beenden
live-hang-up-of = Den Anruf von { $from } beenden
live-row = { $state }: { $from } ruft { $to } an,
live-hang-up-confirm = Den Anruf von { $from } jetzt beenden? Beide Seiten werden getrennt.
live-lost = Verbindung unterbrochen. Es wird neu verbunden; die Zahlen sind von vorhin.
live-back = Wieder verbunden.
drain = Der Server wird neu gestartet; laufende Anrufe dürfen zu Ende geführt werden.
drain-left = Der Server wird neu gestartet; laufende Anrufe dürfen zu Ende geführt werden (noch { $left }).
state-deciding = Wird entschieden
state-ringing = Klingelt
state-talking = Im Gespräch
state-held = Wird gehalten
alarm-emergency-without-route = Für einen Notruf gab es keinen Weg nach draußen
alarm-no-media-ports = Für den Ton war kein Port mehr frei
alarm-scan = An Telefonen werden Passwörter durchprobiert
storage-scarce = Nur noch { $free } % der Festplatte des Servers sind frei
storage-refuses = Die Festplatte des Servers nimmt nichts mehr an: Anrufdaten kommen spät oder gehen verloren
storage-lost = { $lost ->
    [one] Ein Eintrag ging verloren, weil die Festplatte des Servers nichts annimmt
   *[other] { $lost } Einträge gingen verloren, weil die Festplatte des Servers nichts annimmt
}

reach-fixed = Immer unter { $contact }
reach-fixed-term = feste Adresse
reach-fixed-short = Immer erreichbar
reach-yes = Erreichbar unter { $source } seit { $since }
reach-yes-short = Erreichbar seit { $since }
reach-no = Nicht erreichbar seit { $since } ({ $why })
reach-never = Nicht erreichbar: noch nie angemeldet
reach-never-term = keine Registrierung
reach-gone-expired = Registrierung abgelaufen
reach-gone-removed = das Telefon hat sich abgemeldet
reach-gone-replaced = durch eine neuere Registrierung ersetzt
reach-gone-flow-lost = die Verbindung ist abgerissen
reach-gone-unknown = der Grund ist nicht bekannt

calls-title = Anrufe
calls-lead = Jeder Anruf, und warum er dort ankam, wo er ankam.
calls-csv = CSV
calls-text = Suche
calls-text-placeholder = Name oder Nummer
calls-from = Von
calls-until = Bis
calls-outcome = Ergebnis
calls-template = Vorlage
calls-any = Alle
calls-search = Suchen
calls-col-outcome = Ergebnis
calls-col-from = Von
calls-col-to = An
calls-col-talked = Dauer
calls-col-when = Wann
calls-older = Ältere
calls-found = { $count ->
    [0] Keine Anrufe gefunden
    [one] { $count } Anruf gefunden
   *[other] { $count } Anrufe gefunden
}
calls-found-part = { $count ->
    [one] { $count } Anruf auf dieser Seite
   *[other] { $count } Anrufe auf dieser Seite
}, es gibt weitere
list-old = Der Server antwortet nicht. Diese Zeilen sind von vorhin und passen nicht zum Filter; es wird weiter versucht.
calls-none-found = Keine Anrufe gefunden
calls-none-found-help = Nehmen Sie einen Filter weg oder suchen Sie nach einem kürzeren Stück des Namens oder der Nummer.
calls-clear = Alle Filter aufheben
calls-empty = Noch keine Anrufe
calls-empty-help = Jeder beendete Anruf steht hier mit seiner Begründung. Für den ersten tragen Sie zwei Konten in zwei Telefone ein und wählen zum Beispiel 102.
calls-empty-own = Ihre beendeten Anrufe stehen hier, jeder mit seiner Begründung. Die Ihrer Kollegen sehen Sie nicht.
calls-empty-next = Personen und ihre Konten ansehen

call-title = Anruf
call-timeline = Zeitverlauf
call-rang-for = { $long } geklingelt
call-talked-for = { $long } gesprochen
call-why = Warum es so lief
call-no-steps = Für diesen Anruf war nichts zu entscheiden.
call-sound = Wie es klang
call-sound-figures = { $packets ->
    [one] { $packets } Paket
   *[other] { $packets } Pakete
}
call-no-sound = Es wurde kein Ton gemessen: Niemand hat gesprochen.
quality-good = Gut
quality-fair = Mäßig
quality-poor = Schlecht
quality-held = Wurde gehalten
quality-silent = Stumm
call-ladder = Nachrichten
call-ladder-help = Öffnen Sie eine Nachricht, um sie zu lesen. Passwörter und getippte Ziffern sind unkenntlich gemacht.
call-no-ladder = Die Nachrichten dieses Anrufs sind nicht mehr vorhanden.
call-raw = Die Aufzeichnung, wie sie gespeichert ist
call-id = Anruf
call-revision = Konfiguration
call-running = Dieser Anruf läuft noch
call-running-help = Begründung und Tonqualität werden geschrieben, wenn er endet.

people-title = Personen
people-lead = Alle Personen, ihre Durchwahlen, und ob sie erreichbar sind.
people-add = Person hinzufügen
people-text = Suche
people-text-placeholder = Name, Durchwahl, E-Mail
people-col-name = Name
people-col-extension = Durchwahl
people-col-state = Zustand
people-col-phones = Telefone
people-on-phone = Am Telefon
people-reachable = Erreichbar
people-unreachable = Nicht erreichbar
people-no-phone = Kein Telefon
people-none-found = Keine Treffer
people-all = Alle anzeigen
people-empty = Noch niemand da
people-empty-help = Eine Person hat einen Namen, eine Durchwahl für die Kollegen und beliebig viele Telefone. Legen Sie die erste an, zum Beispiel den Empfang mit der 100.

person-add-title = Person hinzufügen
person-extension = Durchwahl { $extension }
person-calls = Anrufe
person-edit = Bearbeiten
person-phones = Telefone
person-sip-user = Benutzername
person-sip-server = Server
person-sip-transport = Transport
person-sip-transports = UDP oder TCP
person-media = Ton
person-media-roams = darf aus jedem Netz kommen
person-sip-domain = Domäne
person-sip-domain-help = nur, wenn das Telefon danach fragt
person-password-hidden = Wurde beim Anlegen einmal angezeigt
person-new-password = Neues Passwort
person-new-password-confirm = „{ $device }“ ein neues Passwort geben? Das Telefon geht erst wieder, wenn das neue eingetragen ist.
person-secret-once = Das Passwort: Kopieren Sie es jetzt, es wird nicht noch einmal angezeigt.
person-secret-help = Tragen Sie es zusammen mit dem Benutzernamen und dem Server unten in das Telefon ein.
person-no-phone = Noch kein Telefon
person-no-phone-help = Fügen Sie ein Telefon hinzu: Sie erhalten einen Benutzernamen und ein Passwort für jedes SIP-Telefon und jede SIP-App.
person-add-phone = Telefon hinzufügen
person-add-phone-label = Wie soll es heißen?
device-default-label = Tischtelefon
person-remove = Diese Person entfernen
person-remove-help = { $phones ->
    [0] { $name } wird entfernt,
    [one] { $name } wird mit einem Telefon entfernt,
   *[other] { $name } wird mit { $phones } Telefonen entfernt,
} die Durchwahl { $extension } ist sofort frei. Vergangene Anrufe bleiben erhalten.
person-remove-confirm = Zum Bestätigen { $extension } eintippen
person-remove-unconfirmed = Es wurde nichts entfernt: Zum Bestätigen muss { $extension } eingetippt werden.
device-change = Umbenennen oder entfernen
device-rename = Umbenennen
device-remove = Dieses Telefon entfernen
device-remove-help = Ein entferntes Telefon geht sofort nicht mehr; sein Passwort gilt nicht mehr. Vergangene Anrufe bleiben erhalten.
device-remove-confirm = Zum Bestätigen „{ $device }“ eintippen
device-remove-unconfirmed = Es wurde nichts entfernt: Zum Bestätigen muss „{ $device }“ eingetippt werden.
done-person-added = „{ $name }“ wurde angelegt.
done-person-changed = „{ $name }“ wurde gespeichert.
done-person-removed = „{ $name }“ wurde entfernt.
done-device-renamed = Das Telefon heißt jetzt „{ $name }“.
done-device-removed = Das Telefon „{ $name }“ wurde entfernt.
done-token-revoked = Der Schlüssel wurde widerrufen.
done-call-hung-up = Der Anruf wird beendet.
done-call-had-ended = Der Anruf war schon beendet.

edit-lead = Vor dem Speichern sehen Sie alle Änderungen.
edit-check = Prüfen Sie die Änderungen. Sie gelten, sobald Sie speichern.
edit-changes = Änderungen
edit-col-field = Was
edit-col-before = Vorher
edit-col-after = Nachher
edit-no-change = Es gibt nichts zu speichern.
edit-effect = Laufende Gespräche bleiben unberührt.
edit-next = Änderungen prüfen
edit-save = Speichern
edit-back = Zurück zum Formular
meanwhile-changed-by = Inzwischen hat { $who } „{ $field }“ in „{ $now }“ geändert (vor { $ago }).
meanwhile-emptied-by = Inzwischen hat { $who } „{ $field }“ geleert (vor { $ago }).
meanwhile-changed = Inzwischen wurde „{ $field }“ in „{ $now }“ geändert.
meanwhile-help = Von Ihnen ist noch nichts gespeichert. Geschrieben werden nur die Felder, die Sie geändert haben.
meanwhile-rename = Senden Sie es noch einmal ab, damit es „{ $label }“ heißt.
field-name = Name
field-extension = Durchwahl
field-email = E-Mail
field-label = Bezeichnung
field-password = Passwort
help-name = Wird auf Telefonen angezeigt, wenn diese Person anruft.
help-extension = Was Kollegen wählen: 1 bis 10 Ziffern.
help-email = Freiwillig.
fault-required = Das muss ausgefüllt werden.
fault-taken = Das ist schon vergeben.
fault-taken-label = Diese Person hat schon ein Telefon mit diesem Namen.
fault-grammar-name = Höchstens 120 Zeichen, ohne Zeilenumbrüche und unsichtbare Zeichen.
fault-grammar-label = Höchstens 120 Zeichen, ohne Zeilenumbrüche und unsichtbare Zeichen.
fault-grammar-extension = 1 bis 10 Ziffern, nicht nur Nullen.
fault-grammar-email = Das ist keine E-Mail-Adresse.
fault-invalid = Das ist nicht gültig.

tenants-title = Firmen
tenants-lead = Jede Firma auf diesem Server, wie es gerade um sie steht.
tenants-col-name = Firma
tenants-col-state = Zustand
tenants-col-calls = Anrufe
tenants-col-phones = Telefone
tenants-col-people = Personen
tenants-well = In Ordnung
tenants-silent = Kein Telefon erreichbar
tenants-alarms = { $count ->
    [one] { $count } Alarm
   *[other] { $count } Alarme
}
tenants-empty = Noch keine Firma
tenants-empty-help = Eine Firma und ihre Personen kommen aus einer Datei. Schreiben Sie eine und führen Sie dann aus:

audit-title = Protokoll
audit-lead = Wer wann was getan hat.
server-audit-title = Server-Protokoll
server-audit-lead = Was zu keiner Firma gehört: Betreiber, Leitungen und abgewiesene Verbindungen. Zeiten in UTC.
audit-col-what = Was
audit-col-object = Woran
audit-col-who = Wer
audit-col-when = Wann
audit-detail = Einzelheiten
audit-default = alles Übrige
audit-empty = Noch ist nichts geschehen
audit-empty-help = Anmeldungen, Änderungen und abgewiesene Telefone werden hier festgehalten.
audit-login = Angemeldet
audit-login-failed = Anmeldung fehlgeschlagen
audit-call-hung-up = Anruf beendet
audit-token-created = API-Schlüssel erstellt
audit-token-revoked = API-Schlüssel widerrufen
audit-sip-guessing = Passwörter von Telefonen wurden durchprobiert
audit-sip-credentials = Zugangsdaten eines Telefons sind unbrauchbar
audit-sip-refused = Ein Telefon oder eine Leitung wurde abgewiesen
audit-sip-left-out = Es fiel mehr auf, als in einer Minute aufgeschrieben wird: ausgelassene Zeilen
audit-sip-crowded = Für alle SIP-Verbindungen war kein Platz
audit-emergency-without-route = Für einen Notruf gab es keinen Weg nach draußen

tokens-title = API-Schlüssel
tokens-lead = Programme melden sich mit einem Schlüssel an. Geben Sie jedem Programm einen eigenen, und nicht mehr Rechte als nötig.
tokens-col-name = Name
tokens-col-scopes = Rechte
tokens-col-used = Zuletzt benutzt
tokens-col-created = Erstellt
tokens-col-action = Widerrufen
tokens-never = Nie
tokens-revoke = Widerrufen
tokens-revoke-confirm = „{ $name }“ widerrufen? Programme, die ihn benutzen, werden sofort abgewiesen.
tokens-empty = Keine Schlüssel
tokens-empty-help = Erstellen Sie unten einen und fragen Sie dann die Anrufe ab: curl -H "Authorization: Bearer …" /api/v1/calls
tokens-new = Neuer Schlüssel
tokens-label = Name
tokens-label-placeholder = Anzeigetafel
tokens-scopes = Rechte
tokens-fault-scope = Wählen Sie mindestens ein Recht.
tokens-fault-many = Es gibt schon 100 Schlüssel, mehr darf eine Firma nicht haben. Widerrufen Sie einen, den nichts mehr benutzt.
tokens-create = Schlüssel erstellen
tokens-secret-once = Schlüssel für „{ $name }“: Kopieren Sie ihn jetzt, er wird nicht noch einmal angezeigt.
tokens-secret-help = Bewahren Sie ihn dort auf, wo Passwörter hingehören. Hier liegt nur sein Fingerabdruck.
scope-calls-read = Anrufe lesen
scope-calls-write = Anrufe beenden
scope-people-read = Personen lesen
scope-people-write = Personen anlegen, ändern und entfernen
audit-person-added = Person hinzugefügt
audit-person-changed = Person geändert
audit-person-removed = Person entfernt
audit-device-added = Telefon hinzugefügt
audit-device-changed = Telefon geändert
audit-device-removed = Telefon entfernt
audit-number-added = Rufnummer hinzugefügt
audit-number-changed = Rufnummer geändert
audit-number-removed = Rufnummer entfernt
audit-binding-added = Vorlage zugewiesen
audit-binding-changed = Vorlagenzuweisung geändert
audit-binding-removed = Vorlagenzuweisung entfernt
audit-account-added = Konto hinzugefügt
audit-account-changed = Konto geändert
audit-account-removed = Konto entfernt
audit-tenant-added = Firma hinzugefügt
audit-tenant-changed = Firma geändert
audit-tenant-removed = Firma entfernt
audit-source-added = Datenquelle hinzugefügt
audit-source-changed = Datenquelle geändert
audit-source-removed = Datenquelle entfernt
audit-trunk-added = Leitung hinzugefügt
audit-trunk-changed = Leitung geändert
audit-trunk-removed = Leitung entfernt
fault-grammar = Das entspricht nicht der Regel, die unter dem Feld steht.
fault-range = Das liegt außerhalb des Erlaubten.
fault-not-there = Das gibt es nicht mehr.
fault-bound = Etwas anderes braucht das noch.
field-devices = Telefone
call-ladder-partial = Die ältesten Nachrichten sind nicht mehr vorhanden.
fault-emergency = Das ist in Ihrem Land eine Notrufnummer.
