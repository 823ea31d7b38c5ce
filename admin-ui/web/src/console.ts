// What the console does beyond links and forms. Every page works without it where it can.
import "htmx.org";
import { keyboard } from "./keyboard";
import { live } from "./live";
import { forms } from "./forms";
import { ticking } from "./ticking";

keyboard();
forms();
ticking();
live();
