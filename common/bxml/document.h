// A BXML document as a value: read it, build it, check it, write it. The rules are the rows of
// vocabulary.h; nothing here knows a verb by name but Gather and SpeakSentence, whose rules reach
// beyond one attribute.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/bxml/vocabulary.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "common/xml/xml.h"

namespace bw::bxml {

struct Verb {
  std::string name;
  std::vector<xml::Attribute> attributes = {};
  /// Unescaped and trimmed. Of a SpeakSentence with SSML: what is spoken, without the markup.
  std::string text = {};
  std::vector<Verb> children = {};
  /// Mixed content of a SpeakSentence that holds SSML; empty for plain text.
  std::vector<xml::Element> ssml = {};
  bool operator==(const Verb&) const = default;
};

struct Document {
  std::vector<Verb> verbs;
  /// "Response", or "Bxml" as some of Bandwidth's SDKs write.
  std::string root = "Response";
  bool operator==(const Document&) const = default;
};

struct Rules {
  /// Bandwidth refuses credentials beside a plain-http URL on Record, StartRecording, StartStream
  /// and StartTranscription. A sandbox on loopback may allow it.
  bool allow_http_credentials = false;
};

/// Reads and validates one document of at most kMaxDocumentBytes. INVALID_ARGUMENT names the verb
/// ("verb 2, Gather"), the attribute, what was wrong and what is allowed.
StatusOr<Document> Parse(std::string_view text, const Rules& rules = {});

/// Checks a document built in code, by the same rules and with the same errors as Parse, its
/// written size included.
Status Validate(const Document& document, const Rules& rules = {});

/// Writes a document with an XML declaration; all text and attribute values are escaped.
std::string Serialize(const Document& document);

/// Builds and validates a document from an array of verbs:
///   [{"verb":"Gather","gatherUrl":"/cb","maxDigits":1,"children":[{"verb":"SpeakSentence","text":"Hi"}]}]
/// "verb", "text", "children" and "ssml" are the verb's parts; every other member is an attribute,
/// given as a string, a number or a boolean. Text is always taken literally; only with "ssml":true
/// is it read as SSML and checked against the allow-list. INVALID_ARGUMENT as for Parse.
StatusOr<Document> FromJson(const json::Json& verbs, const Rules& rules = {});

/// The value of attribute `name`, or nullptr.
const std::string* FindAttribute(const Verb& verb, std::string_view name);
/// The value of attribute `name`, else the vocabulary's default, else "".
std::string_view AttributeOr(const Verb& verb, std::string_view name);
/// The same as a number or a truth value; 0 and false where there is none. For validated verbs.
double NumberOf(const Verb& verb, std::string_view name);
bool BoolOf(const Verb& verb, std::string_view name);

// --- for programs that describe the vocabulary (schema.cc) ---

/// JSON Schema of one attribute: type, range or enum, default, description.
json::Json AttributeSchema(const AttributeSpec& attribute);
/// JSON Schema (an object) of one verb as FromJson takes it.
json::Json VerbSchema(const VerbSpec& verb);
/// One line of text for an agent: "Gather(gatherUrl, maxDigits 1-50 = 50, …) [SpeakSentence
/// PlayAudio]".
std::string VerbSummary(const VerbSpec& verb);

}  // namespace bw::bxml
