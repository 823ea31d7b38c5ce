# Was die Aufzeichnung eines Anrufs bedeutet.
length-seconds = { $s } s
length-minutes = { $m } min { $s } s
length-whole-minutes = { $m } min
length-hours = { $h } h { $m } min

party-anonymous = Jemand mit unterdrückter Nummer
party-unknown = Jemand Unbekanntes
value-yes = ja
value-no = nein
template-ring-the-person = Person anrufen
template-office-hours = Bürozeiten
template-vip-by-lookup = VIP nach Kundendaten

disposition-answered = Angenommen
disposition-no-answer = Nicht angenommen
disposition-busy = Besetzt
disposition-cancelled = Vorher aufgelegt
disposition-rejected = Abgewiesen
disposition-failed = Gescheitert

sentence-called = { $caller } hat { $dialled } angerufen.
sentence-device-rang = Bei { $who } ({ $device }) hat es { $long } geklingelt.
sentence-rang = Bei { $who } hat es { $long } geklingelt.
sentence-answered = { $who } hat nach { $waited } abgenommen; Gesprächsdauer { $talked }.
sentence-answered-on = { $who } hat nach { $waited } abgenommen ({ $device }); Gesprächsdauer { $talked }.
sentence-no-answer = Innerhalb von { $waited } hat niemand abgenommen: { $cause }.
sentence-nobody = Innerhalb von { $waited } hat niemand abgenommen.
sentence-busy = Es war besetzt: { $cause }.
sentence-cancelled = Nach { $waited } wurde aufgelegt, bevor jemand abgenommen hat.
sentence-rejected = Der Anruf wurde abgewiesen: { $cause }.
sentence-declined = Der Anruf wurde weggedrückt, während es klingelte; das Telefon meldete „besetzt“.
sentence-failed = Der Anruf ist nach { $waited } gescheitert: { $cause }.
sentence-cut = Die Verbindung wurde von unserer Seite getrennt, nicht von den Beteiligten.
sentence-hung-up = { $who } hat aufgelegt.
sentence-ended-operator-hung-up = Das Gespräch wurde über die Verwaltung beendet.
sentence-ended-flow-lost = Es endete, weil die Verbindung zu einem Telefon abgerissen ist.
sentence-ended-far-end-vanished = Es endete, weil ein Telefon weg war und nicht mehr antwortete.

cause-normal = nach dem Gespräch aufgelegt
cause-flow-lost = die Verbindung zum Telefon ist abgerissen
cause-far-end-vanished = ein Telefon war weg und antwortete nicht mehr
cause-cut = durch Neustart oder Herunterfahren getrennt
cause-server-restart = der Server fiel währenddessen aus
cause-operator-hung-up = über die Verwaltung beendet
cause-caller-cancelled = vor dem Abnehmen aufgelegt
cause-no-answer = es hat geklingelt, aber niemand hat abgenommen
cause-nobody-reachable = kein Telefon war erreichbar
cause-busy = am anderen Ende war besetzt
cause-declined = der Anruf wurde weggedrückt
cause-template-rejected = die Vorlage hat ihn abgewiesen
cause-not-found = diese Nummer ist nicht vergeben
cause-not-acceptable = die beiden Telefone haben keinen gemeinsamen Codec
cause-bad-offer = die Sitzungsbeschreibung des Telefons war nicht lesbar
cause-script-failed = die Vorlage ist gescheitert und ihr Ersatzplan half nicht
cause-device-full = das Telefon hat schon so viele Anrufe, wie es haben darf
cause-tenant-full = die Firma hat schon so viele Anrufe, wie sie haben darf
cause-tenant-ports = die Anrufe der Firma belegen schon so viele Medienports, wie sie haben darf
cause-no-media-ports = für den Ton war kein Port mehr frei
cause-no-route = dorthin führt keine Leitung
cause-no-ack = das anrufende Telefon hat unsere Antwort nie bestätigt
cause-far-end-failed = die Gegenseite hat einen Fehler gemeldet
cause-other = Grund { $code }

step-dialled-extension = Gewählt wurde „{ $original }“: die Durchwahl { $value }.
step-dialled-number = Gewählt wurde „{ $original }“: die Rufnummer { $value }.
step-dialled-service = Gewählt wurde „{ $original }“: der Dienstcode { $value }.
step-dialled-emergency = Gewählt wurde „{ $original }“: der Notruf { $value }. Für ihn gelten weder Grenzen noch Vorlagen.
step-dialled-unknown = Gewählt wurde „{ $original }“: weder eine Durchwahl noch eine bekannte Nummer ({ $value }).
step-did = Der Anruf kam auf { $number } herein.
step-bound-number = „{ $template }“ entscheidet, weil es für die Nummer { $what } eingestellt ist.
step-bound-extension = „{ $template }“ entscheidet, weil es für { $what } eingestellt ist.
step-bound-tenant = „{ $template }“ entscheidet, denn das ist die Voreinstellung der Firma.
step-bound-default = „{ $template }“ entscheidet: Etwas anderes ist nicht eingestellt.
step-script-started = „{ $template }“ (Version { $version }) wurde gestartet.
step-script-started-with = „{ $template }“ (Version { $version }) wurde gestartet mit { $params }.
step-script-began = „{ $template }“ wurde gestartet.
step-version = Version { $version }
step-verb-ring = Klingeln lassen bei { $what } (Zeile { $line }).
step-verb-ring-for = Klingeln lassen bei { $what }, { $long } lang (Zeile { $line }).
step-verb-lookup = Frage an die Datenquelle „{ $what }“ { $args } (Zeile { $line }).
step-verb-reject = Anruf abgewiesen mit { $what } (Zeile { $line }).
step-verb-note = Notiz: „{ $what }“ (Zeile { $line }).
step-verb-other = Anweisung „{ $verb }“: { $what } (Zeile { $line }).
step-resolved-nobody = Zu { $target } gehört kein Telefon.
step-resolved-unreachable = { $who } hat Telefone, aber keines war erreichbar: { $missing }.
step-resolved-reachable = { $who } war erreichbar über { $reached }.
step-resolved-some = { $who } war erreichbar über { $reached }, nicht aber über { $missing }.
step-outcome = Ergebnis: { $outcome }.
step-outcome-with = Ergebnis: { $outcome } ({ $values }).
step-script-finished = Die Vorlage war fertig.
step-script-fault = Die Vorlage wurde angehalten: { $why } ({ $message }).
step-script-fault-at = Die Vorlage wurde in Zeile { $line } angehalten: { $why } ({ $message }).
step-fallback-called = Der Ersatzplan hat übernommen: { $long } lang bei der gewählten Person klingeln.
step-fallback-ring = Der Ersatzplan hat übernommen: { $long } lang bei „{ $param }“ klingeln.
step-fallback-reject = Der Ersatzplan hat übernommen: abweisen mit { $code }.
step-local-ringing = Noch war nichts geschehen, also bekam der Anrufer das Freizeichen.
step-cancelled = Der Anrufer hat aufgelegt.
step-final = Das anrufende Telefon bekam die Antwort { $code }: { $cause }.

outcome-answered = angenommen
outcome-no-answer = niemand hat abgenommen
outcome-noanswer = niemand hat abgenommen
outcome-timeout = keine Antwort in der vorgesehenen Zeit
outcome-busy = besetzt
outcome-declined = weggedrückt
outcome-rejected = abgewiesen
outcome-unreachable = nicht erreichbar
outcome-cancelled = der Anrufer hat aufgelegt
outcome-failed = gescheitert
outcome-error = gescheitert
outcome-found = gefunden
outcome-unknown = dort unbekannt
outcome-default = der vorgesehene Ersatzwert wurde verwendet
outcome-ok = erledigt
outcome-done = erledigt
outcome-other = { $status }

fault-syntax = ihr Text lässt sich nicht übersetzen
fault-error = sie hat einen Fehler ausgelöst
fault-budget = sie hat zu lange gerechnet
fault-memory = sie hat zu viel Speicher gebraucht
fault-deadline = sie hat ihren Thread zu lange belegt
fault-actions = sie hat zu viele Aktionen verlangt

sound-good = { $who } war gut zu hören: { $lost } % Verlust, { $jitter } ms Jitter.
sound-fair = { $who } war mit kleinen Lücken zu hören: { $lost } % Verlust, { $jitter } ms Jitter.
sound-poor = { $who } war schlecht zu verstehen: { $lost } % Verlust, { $jitter } ms Jitter.
sound-held = { $who } wurde die ganze Zeit gehalten; die Stille ist also richtig.
sound-silent = Von { $who } kam kein einziges Paket.
sound-silent-announced = Von { $who } kam kein einziges Paket; im SDP stand { $announced }.
sound-wrong-address = { $who } hat { $announced } angekündigt, aber von { $latched } gesendet; der Ton ging dorthin, wo er wirklich herkam.
sound-strangers = { $count ->
    [one] Ein Fremder ({ $who }) hat an diesen Port gesendet und wurde nicht durchgelassen.
   *[other] { $count } Fremde ({ $who }) haben an diesen Port gesendet und wurden nicht durchgelassen.
}

cause-answered = angenommen
