// One verb, one attribute, one text at a time, all of it driven by the vocabulary's rows.
#include "common/bxml/validate.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include "common/bxml/document.h"
#include "common/bxml/ssml.h"
#include "common/bxml/text_rules.h"

namespace bw::bxml {
namespace {

// Of a value quoted in a message.
constexpr std::size_t kMaxQuotedBytes = 48;
constexpr std::size_t kMaxIdentifierBytes = 256;

template <typename Range>
std::string List(const Range& items) {
  std::string list;
  for (const auto& item : items) {
    if (!list.empty()) list += ", ";
    list += std::string_view(item);
  }
  return list.empty() ? "none" : list;
}

bool OnlyOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDecimalDigits = "0123456789";
constexpr std::string_view kKeys = "0123456789*#ABCDabcd";
constexpr std::string_view kDtmf = "0123456789*#ABCDabcd,wW";
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

// Digits with an optional fraction, as BXML writes numbers: no sign, no exponent.
std::optional<double> ParseNumber(std::string_view text, bool fraction) {
  if (text.empty() || text.size() > 16) return std::nullopt;
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (!OnlyOf(whole, kDecimalDigits)) return std::nullopt;
  if (dot != std::string_view::npos) {
    const std::string_view rest = text.substr(dot + 1);
    if (!fraction || rest.empty() || !OnlyOf(rest, kDecimalDigits)) return std::nullopt;
  } else if (whole.empty()) {
    return std::nullopt;
  }
  return std::strtod(std::string(text).c_str(), nullptr);
}

// "1", "0.1", "86400"
std::string ShowNumber(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool HasBlankOrControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

bool IsSocketUrl(std::string_view url) {
  return url.starts_with("wss://") && url.size() > 6 &&
         static_cast<double>(url.size()) <= kMaxUrlBytes && !HasBlankOrControl(url);
}

bool InLength(std::string_view value, const AttributeSpec& spec) {
  const auto bytes = static_cast<double>(value.size());
  return bytes >= spec.minimum && bytes <= spec.maximum;
}

bool InRange(std::string_view value, const AttributeSpec& spec) {
  const auto number = ParseNumber(value, spec.kind == ValueKind::kDecimal);
  return number && *number >= spec.minimum && *number <= spec.maximum;
}

bool IsChoice(std::string_view value, const AttributeSpec& spec) {
  return std::find(spec.choices.begin(), spec.choices.end(), value) != spec.choices.end();
}

struct KindRule {
  bool (*accepts)(std::string_view, const AttributeSpec&);
  std::string (*allowed)(const AttributeSpec&);
  bool quotable;  // whether a refused value may be shown
};

std::string Bytes(const AttributeSpec& spec) {
  return "text of at most " + ShowNumber(spec.maximum) + " bytes";
}

const KindRule& RuleOf(ValueKind kind) {
  using S = const AttributeSpec&;
  using V = std::string_view;
  static const KindRule rules[] = {
      /* kText */ {InLength, Bytes, false},
      /* kSecret */ {InLength, Bytes, false},
      /* kBoolean */
      {[](V v, S) { return v == "true" || v == "false"; },
       [](S) -> std::string { return "true or false"; }, true},
      /* kInteger */
      {InRange,
       [](S s) {
         return "a whole number from " + ShowNumber(s.minimum) + " to " + ShowNumber(s.maximum);
       },
       true},
      /* kDecimal */
      {InRange,
       [](S s) {
         return "a number from " + ShowNumber(s.minimum) + " to " + ShowNumber(s.maximum);
       },
       true},
      /* kChoice */ {IsChoice, [](S s) { return "one of " + List(s.choices); }, true},
      /* kUrl */
      {[](V v, S) { return IsUrl(v); },
       [](S) -> std::string {
         return "an http or https URL, or one relative to the document's, of at most 2048 bytes";
       },
       false},
      /* kSocketUrl */
      {[](V v, S) { return IsSocketUrl(v); },
       [](S) -> std::string { return "a wss:// URL of at most 2048 bytes"; }, false},
      /* kPhone */
      {[](V v, S s) { return IsE164(v) || IsSipUri(v) || IsChoice(v, s); },
       [](S s) {
         return "an E.164 number such as +15550100001, a SIP URI" +
                (s.choices.empty() ? std::string() : ", or one of " + List(s.choices));
       },
       false},
      /* kDigits */
      {[](V v, S s) { return InLength(v, s) && OnlyOf(v, kKeys); },
       [](S s) { return "at most " + ShowNumber(s.maximum) + " of 0-9 * # A-D"; }, true},
  };
  return rules[static_cast<std::size_t>(kind)];
}

Status ValidateAttribute(const VerbSpec& spec, const xml::Attribute& attribute,
                         const std::string& where) {
  const AttributeSpec* rule = FindAttribute(spec, attribute.name);
  if (rule == nullptr) {
    std::vector<std::string_view> names;
    for (const AttributeSpec& a : spec.attributes) names.push_back(a.name);
    return InvalidArgument(where + ": attribute " + attribute.name.substr(0, kMaxQuotedBytes) +
                           " does not exist; allowed: " + List(names));
  }
  const KindRule& kind = RuleOf(rule->kind);
  if (kind.accepts(attribute.value, *rule) && xml::IsXmlText(attribute.value)) return OkStatus();
  std::string message = where + ": attribute " + attribute.name;
  if (kind.quotable) {
    message += " is \"" + attribute.value.substr(0, kMaxQuotedBytes) + "\"; it";
  }
  return InvalidArgument(message + " must be " + kind.allowed(*rule));
}

struct TextCheck {
  bool (*accepts)(std::string_view);
  std::string_view allowed;
};

const TextCheck& CheckOf(TextRule rule) {
  using V = std::string_view;
  static const TextCheck checks[] = {
      /* kNone */ {[](V v) { return v.empty(); }, "empty: this verb has no text"},
      /* kSpeech */ {[](V) { return true; }, "text to speak"},
      /* kUrl */
      {[](V v) { return IsUrl(v); },
       "an http or https URL, or one relative to the document's, of at most 2048 bytes"},
      /* kDtmf */
      {[](V v) { return v.size() <= kMaxDtmfCharacters && OnlyOf(v, kDtmf); },
       "at most 50 of 0-9 * # a-d A-D , w W"},
      /* kTag */
      {[](V v) { return static_cast<double>(v.size()) <= kMaxTagBytes; }, "at most 256 bytes"},
      /* kCallId */
      {[](V v) { return v.size() <= kMaxIdentifierBytes && OnlyOf(v, kNameCharacters); },
       "the id of another call, such as c-…"},
      /* kConferenceName */
      {[](V v) { return v.size() <= kMaxConferenceNameBytes && OnlyOf(v, kNameCharacters); },
       "a name of at most 100 letters, digits, '-', '_' and '.'"},
      /* kPhoneNumber */ {IsE164, "an E.164 number such as +15550100001"},
      /* kSipUri */ {IsSipUri, "a SIP URI such as sip:user@example.net"},
      /* kIdentifier */
      {[](V v) { return v.size() <= kMaxIdentifierBytes && !HasBlankOrControl(v); },
       "an id of at most 256 bytes"},
  };
  return checks[static_cast<std::size_t>(rule)];
}

Status ValidateText(const Verb& verb, const VerbSpec& spec, const std::string& where) {
  const TextCheck& check = CheckOf(spec.text);
  const bool missing = OnlyOf(verb.text, " \t\r\n") && verb.ssml.empty();
  if (missing && spec.text_required) {
    return InvalidArgument(where + ": the text is missing; it must be " +
                           std::string(check.allowed));
  }
  if (!missing && !(check.accepts(verb.text) && xml::IsXmlText(verb.text))) {
    return InvalidArgument(where + ": the text must be " + std::string(check.allowed));
  }
  if (verb.ssml.empty()) return OkStatus();
  if (spec.text != TextRule::kSpeech) {
    return InvalidArgument(where + ": SSML is allowed only in SpeakSentence");
  }
  return Annotate(ValidateSsml(verb.ssml), where);
}

// Bandwidth sends these verbs' credentials only over https.
Status ValidateCredentialUrls(const Verb& verb, const std::string& where) {
  constexpr std::string_view kHttpsOnly[] = {"Record", "StartRecording", "StartStream",
                                             "StartTranscription"};
  if (std::find(std::begin(kHttpsOnly), std::end(kHttpsOnly), verb.name) == std::end(kHttpsOnly) ||
      (FindAttribute(verb, "username") == nullptr && FindAttribute(verb, "password") == nullptr)) {
    return OkStatus();
  }
  for (const xml::Attribute& attribute : verb.attributes) {
    if (attribute.name.ends_with("Url") && UrlScheme(attribute.value) == "http") {
      return InvalidArgument(where + ": attribute " + attribute.name +
                             " must be https when username or password is given");
    }
  }
  return OkStatus();
}

Status ValidateGather(const Verb& verb, const std::string& where) {
  const double repeated = NumberOf(verb, "repeatCount") * static_cast<double>(verb.children.size());
  if (verb.name != "Gather" || repeated <= static_cast<double>(kMaxGatherPrompts)) {
    return OkStatus();
  }
  return InvalidArgument(where + ": attribute repeatCount times the number of prompts is " +
                         ShowNumber(repeated) + "; at most " + std::to_string(kMaxGatherPrompts) +
                         " are allowed");
}

class Validator {
 public:
  explicit Validator(const Rules& rules) : rules_(rules) {}

  Status CheckVerb(const Verb& verb, const std::string& place, const VerbSpec* parent) const {
    const VerbSpec* spec = FindVerb(verb.name);
    const bool fits =
        spec != nullptr && (parent == nullptr ? spec->top_level : Holds(*parent, verb));
    if (!fits) {
      const auto allowed = parent == nullptr ? VerbNames() : parent->children;
      return InvalidArgument(place + ": " + verb.name.substr(0, kMaxQuotedBytes) +
                             (spec == nullptr ? " is not a verb" : " is not allowed here") +
                             "; allowed: " + List(allowed));
    }
    const std::string where = place + ", " + verb.name;
    BW_RETURN_IF_ERROR(CheckAttributes(verb, *spec, where));
    BW_RETURN_IF_ERROR(ValidateText(verb, *spec, where));
    if (!rules_.allow_http_credentials) BW_RETURN_IF_ERROR(ValidateCredentialUrls(verb, where));
    BW_RETURN_IF_ERROR(CheckChildren(verb, *spec, where));
    return ValidateGather(verb, where);
  }

 private:
  static bool Holds(const VerbSpec& parent, const Verb& child) {
    return std::find(parent.children.begin(), parent.children.end(), child.name) !=
           parent.children.end();
  }

  static Status CheckAttributes(const Verb& verb, const VerbSpec& spec, const std::string& where) {
    for (const xml::Attribute& attribute : verb.attributes) {
      BW_RETURN_IF_ERROR(ValidateAttribute(spec, attribute, where));
      if (FindAttribute(verb, attribute.name) != &attribute.value) {
        return InvalidArgument(where + ": attribute " + attribute.name + " is given twice");
      }
    }
    for (const AttributeSpec& rule : spec.attributes) {
      if (rule.required && FindAttribute(verb, rule.name) == nullptr) {
        return InvalidArgument(where + ": attribute " + rule.name + " is required");
      }
    }
    return OkStatus();
  }

  Status CheckChildren(const Verb& verb, const VerbSpec& spec, const std::string& where) const {
    const std::size_t count = verb.children.size();
    if (!spec.children.empty() && (count < spec.min_children || count > spec.max_children)) {
      return InvalidArgument(where + ": has " + std::to_string(count) + " children; " +
                             std::to_string(spec.min_children) + " to " +
                             std::to_string(spec.max_children) + " of " + List(spec.children) +
                             " are allowed");
    }
    for (std::size_t i = 0; i < count; ++i) {
      // Children hold no verbs themselves (their rows list none), so this ends at the second level.
      BW_RETURN_IF_ERROR(
          CheckVerb(verb.children[i], where + ", child " + std::to_string(i + 1), &spec));
    }
    return OkStatus();
  }

  const Rules& rules_;
};

}  // namespace

Status ValidateVerbs(const Document& document, const Rules& rules) {
  if (document.root != "Response" && document.root != "Bxml") {
    return InvalidArgument("the root element must be Response");
  }
  const Validator validator(rules);
  for (std::size_t i = 0; i < document.verbs.size(); ++i) {
    BW_RETURN_IF_ERROR(
        validator.CheckVerb(document.verbs[i], "verb " + std::to_string(i + 1), nullptr));
  }
  return OkStatus();
}

Status Validate(const Document& document, const Rules& rules) {
  BW_RETURN_IF_ERROR(ValidateVerbs(document, rules));
  const std::size_t bytes = Serialize(document).size();
  if (bytes <= kMaxDocumentBytes) return OkStatus();
  return InvalidArgument("the document has " + std::to_string(bytes) + " bytes; at most " +
                         std::to_string(kMaxDocumentBytes) + " are allowed");
}

}  // namespace bw::bxml
