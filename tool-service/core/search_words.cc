#include "tool-service/core/search_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

namespace bw::tool_service {
namespace {

bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool IsLower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
char ToLower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool HasVowel(std::string_view word) {
  return word.find_first_of("aeiouy") != std::string_view::npos;
}

void DropPlural(std::string& word) {
  // Short names of things, and words that only look like plurals.
  constexpr std::array<std::string_view, 6> kNotPlural = {"sms", "mms", "rcs", "dns", "this", "is"};
  if (std::find(kNotPlural.begin(), kNotPlural.end(), word) != kNotPlural.end()) return;
  if (word.size() < 3 || !word.ends_with('s') || word.ends_with("ss") || word.ends_with("us")) {
    return;
  }
  if (word.ends_with("ies") && word.size() > 4) {
    word.replace(word.size() - 3, 3, "y");
  } else if (word.ends_with("sses") || word.ends_with("ches") || word.ends_with("shes")) {
    word.resize(word.size() - 2);
  } else {
    word.pop_back();
  }
}

void DropEnding(std::string& word) {
  if (word.ends_with("ied") && word.size() > 4) return void(word.replace(word.size() - 3, 3, "y"));
  for (const std::string_view ending : {"ing", "ed"}) {
    if (!word.ends_with(ending) || word.ends_with("eed")) continue;
    const std::string_view stem = std::string_view(word).substr(0, word.size() - ending.size());
    if (stem.size() < 3 || !HasVowel(stem)) return;
    word.resize(stem.size());
    // "stopped" is stop, but "called" is call.
    const char last = word.back();
    const bool doubled = word[word.size() - 2] == last && !HasVowel(std::string_view(&last, 1));
    if (doubled && (word.size() > 5 || (last != 'l' && last != 's'))) word.pop_back();
    return;
  }
}

std::string StemOf(std::string word) {
  DropPlural(word);
  DropEnding(word);
  if (word.size() >= 4 && word.ends_with('e')) word.pop_back();
  return word;
}

// "getBXMLDocument" is get, BXML, Document: a word begins at a capital after a small letter, and at
// the last of several capitals, unless only a plural's s follows it ("TNs").
bool BeginsWord(std::string_view text, std::size_t at) {
  if (at == 0 || !IsUpper(text[at])) return false;
  const char before = text[at - 1];
  if (IsLower(before) || std::isdigit(static_cast<unsigned char>(before)) != 0) return true;
  if (!IsUpper(before) || at + 1 >= text.size() || !IsLower(text[at + 1])) return false;
  return text[at + 1] != 's' || (at + 2 < text.size() && IsLower(text[at + 2]));
}

// Of a question: they are in every sentence and in every description.
constexpr std::array<std::string_view, 95> kSaysNothing = {
    "a",        "about",     "all",   "am",       "an",      "and",       "any",       "anyone",
    "anything", "are",       "as",    "at",       "be",      "by",        "can",       "could",
    "customer", "customers", "did",   "do",       "does",    "else",      "everybody", "find",
    "for",      "from",      "give",  "go",       "going",   "had",       "has",       "have",
    "how",      "i",         "if",    "in",       "into",    "is",        "it",        "its",
    "just",     "let",       "like",  "me",       "my",      "need",      "of",        "off",
    "on",       "one",       "or",    "our",      "out",     "over",      "people",    "person",
    "please",   "so",        "some",  "somebody", "someone", "something", "that",      "the",
    "their",    "them",      "then",  "there",    "these",   "they",      "this",      "those",
    "through",  "to",        "today", "tool",     "us",      "use",       "user",      "using",
    "want",     "was",       "we",    "were",     "what",    "when",      "where",     "whether",
    "which",    "who",       "will",  "with",     "would",   "you",       "your"};

struct Meaning {
  std::string_view said;
  /// Blank-separated; what tools and their documents say instead.
  std::string_view meant;
};

constexpr std::array kMeanings = {
    Meaning{"sms", "message text"},
    Meaning{"mms", "message picture media"},
    Meaning{"text", "message sms"},
    Meaning{"texts", "messages sms"},
    Meaning{"rcs", "channel"},
    Meaning{"whatsapp", "channel message"},
    Meaning{"picture", "media mms"},
    Meaning{"photo", "media picture"},
    Meaning{"image", "media picture"},
    Meaning{"attachment", "media"},
    Meaning{"phone", "call number"},
    Meaning{"telephone", "call number"},
    Meaning{"tn", "number"},
    Meaning{"did", "number"},
    Meaning{"number", "tn"},
    Meaning{"dial", "call"},
    Meaning{"ring", "call"},
    Meaning{"speak", "call play bxml"},
    Meaning{"say", "play bxml"},
    Meaning{"buy", "order"},
    Meaning{"purchase", "order buy"},
    Meaning{"acquire", "order buy"},
    Meaning{"release", "disconnect give"},
    Meaning{"remove", "delete disconnect"},
    Meaning{"drop", "delete disconnect"},
    Meaning{"cancel", "delete end withdraw"},
    Meaning{"stop", "end pause cancel"},
    Meaning{"hangup", "end call"},
    Meaning{"erase", "delete"},
    Meaning{"make", "create place"},
    Meaning{"start", "create begin"},
    Meaning{"begin", "create start"},
    Meaning{"add", "create"},
    Meaning{"new", "create"},
    Meaning{"send", "create"},
    Meaning{"change", "update set patch"},
    Meaning{"edit", "update change"},
    Meaning{"modify", "update change"},
    Meaning{"set", "update configure"},
    Meaning{"show", "list get read"},
    Meaning{"see", "get read"},
    Meaning{"view", "get read"},
    Meaning{"get", "read list retrieve"},
    Meaning{"fetch", "get read download"},
    Meaning{"search", "list available"},
    Meaning{"history", "list past"},
    Meaning{"status", "state see goes went"},
    Meaning{"state", "status"},
    Meaning{"progress", "status went"},
    Meaning{"carrier", "lookup"},
    Meaning{"owner", "lookup"},
    Meaning{"own", "lookup have"},
    Meaning{"put", "set attach link"},
    Meaning{"assign", "set attach link"},
    Meaning{"transfer", "port move redirect"},
    Meaning{"port", "portin"},
    Meaning{"portability", "port"},
    Meaning{"loa", "authorization letter"},
    Meaning{"voicemail", "recording"},
    Meaning{"audio", "sound recording"},
    Meaning{"transcript", "transcription"},
    Meaning{"otp", "code verify"},
    Meaning{"2fa", "code verify"},
    Meaning{"mfa", "code verify"},
    Meaning{"pin", "code"},
    Meaning{"passcode", "code"},
    Meaning{"verify", "verification check"},
    Meaning{"check", "verify see validate"},
    Meaning{"validate", "check"},
    Meaning{"cnam", "lidb name"},
    Meaning{"subaccount", "site"},
    Meaning{"location", "sippeer peer"},
    Meaning{"trunk", "sippeer peer"},
    Meaning{"app", "application"},
    Meaning{"webhook", "callback subscription notice"},
    Meaning{"callback", "webhook event"},
    Meaning{"notification", "subscription notice callback event"},
    Meaning{"notify", "subscription notice"},
    Meaning{"invoice", "billing report"},
    Meaning{"bill", "billing"},
    Meaning{"usage", "report billing"},
    Meaning{"cost", "billing insight"},
    Meaning{"10dlc", "campaign brand"},
    Meaning{"a2p", "campaign messaging"},
    Meaning{"tollfree", "toll-free"},
    Meaning{"register", "registration verification"},
    Meaning{"signup", "registration"},
    Meaning{"address", "location"},
    Meaning{"meeting", "conference"},
    Meaning{"participant", "member conference"},
    Meaning{"silence", "mute"},
    Meaning{"keypress", "gather event"},
    Meaning{"delivered", "message status"},
    Meaning{"arrived", "message status delivered"},
    Meaning{"failed", "error diagnose"},
    Meaning{"why", "diagnose cause"},
    Meaning{"incoming", "inbound"},
    Meaning{"received", "inbound"},
    Meaning{"wait", "event"},
};

// Several words that mean what none of them means.
constexpr std::array kPhrases = {
    Meaning{"hang up", "end call update"},
    Meaning{"caller id", "cnam lidb caller name"},
    Meaning{"caller name", "cnam lidb"},
    Meaning{"look up", "lookup"},
    Meaning{"toll free", "toll-free tollfree"},
    Meaning{"two factor", "code verify"},
    Meaning{"one time", "code"},
    Meaning{"give up", "disconnect"},
    Meaning{"get rid", "disconnect delete"},
    Meaning{"short code", "shortcode"},
    Meaning{"letter of authorization", "loa"},
    Meaning{"bring over", "port"},
    Meaning{"sign up", "registration"},
    Meaning{"area code", "available npa"},
    Meaning{"turn on", "switch enable"},
    Meaning{"turn off", "switch off delete"},
    Meaning{"set up", "create configure"},
    Meaning{"go through", "went status"},
    Meaning{"went through", "went status"},
    Meaning{"call a", "place call"},
    Meaning{"call the", "place call"},
    Meaning{"call my", "place call"},
    Meaning{"call someone", "place call"},
    Meaning{"call somebody", "place call"},
    Meaning{"call them", "place call"},
};

using Stems = std::vector<std::string>;

std::map<std::string, Stems> StemmedMeanings() {
  std::map<std::string, Stems> meanings;
  for (const Meaning& row : kMeanings) {
    Stems& meant = meanings[StemOf(std::string(row.said))];
    for (std::string& word : SearchWords(row.meant)) meant.push_back(std::move(word));
  }
  return meanings;
}

std::set<std::string> StemmedSilence() {
  std::set<std::string> words;
  for (const std::string_view word : kSaysNothing) words.insert(StemOf(std::string(word)));
  return words;
}

std::vector<std::string> WordsOfPhrases(std::string_view question) {
  std::string plain = " ";
  for (const char c : question) plain += IsAlnum(c) ? ToLower(c) : ' ';
  plain += ' ';
  Stems words;
  for (const Meaning& phrase : kPhrases) {
    if (plain.find(" " + std::string(phrase.said) + " ") == std::string::npos) continue;
    for (std::string& word : SearchWords(phrase.meant)) words.push_back(std::move(word));
  }
  return words;
}

void AddUnknown(Stems& words, const std::string& word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

}  // namespace

std::vector<std::string> SearchWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool separates = !IsAlnum(text[at]);
    if ((separates || BeginsWord(text, at)) && !word.empty()) {
      words.push_back(StemOf(std::move(word)));
      word.clear();
    }
    if (!separates) word += ToLower(text[at]);
  }
  if (!word.empty()) words.push_back(StemOf(std::move(word)));
  return words;
}

std::vector<AskedFor> WhatIsAskedFor(std::string_view question) {
  static const auto meanings = StemmedMeanings();
  static const auto silent = StemmedSilence();
  question = question.substr(0, kMaxQuestionBytes);
  std::vector<AskedFor> asked;
  std::set<std::string> seen;
  for (const std::string& word : SearchWords(question)) {
    if (asked.size() == kMaxQuestionWords) break;
    if (silent.contains(word) || !seen.insert(word).second) continue;
    AskedFor one{{word}};
    if (const auto found = meanings.find(word); found != meanings.end()) {
      for (const std::string& other : found->second) AddUnknown(one.words, other);
    }
    asked.push_back(std::move(one));
  }
  for (const std::string& word : WordsOfPhrases(question)) {
    if (asked.size() == kMaxQuestionWords) break;
    if (seen.insert(word).second) asked.push_back({{word}});
  }
  return asked;
}

}  // namespace bw::tool_service
