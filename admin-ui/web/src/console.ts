// What the console does beyond links and forms. Every page works without it where it can.
import htmx from "htmx.org";
import { frame } from "./frame";
import { keyboard } from "./keyboard";
import { list } from "./list";
import { live } from "./live";
import { forms } from "./forms";
import { questions } from "./question";
import { ticking } from "./ticking";

// The content policy forbids inline styles and evaluation; htmx needs neither.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0;
// Back is a page like every other: loaded whole, so that everything of it works.
htmx.config.refreshOnHistoryMiss = true;

frame();
keyboard();
forms();
questions();
list();
ticking();
live();
