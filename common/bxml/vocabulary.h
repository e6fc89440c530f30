// The BXML vocabulary as data: every verb, its attributes, its text and its children, one row each.
// Source: Bandwidth's BXML reference (https://dev.bandwidth.com/docs/voice/bxml/). Parsing,
// validation, building from JSON and the tools' input schemas all read this one table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bw::bxml {

/// What an attribute's value must look like. `minimum` and `maximum` of the attribute are its range
/// for the numeric kinds and its length in bytes for the others.
enum class ValueKind {
  kText,
  kSecret,     // a password: text that is never quoted in a message
  kBoolean,    // "true" or "false"
  kInteger,    // decimal digits
  kDecimal,    // digits with an optional fraction
  kChoice,     // one of `choices`
  kUrl,        // absolute http(s) URL or a URL relative to the document's
  kSocketUrl,  // absolute wss:// URL
  kPhone,      // E.164 number, SIP URI, or one of `choices`
  kDigits,     // keys of a phone: 0-9 * # A-D
};

struct AttributeSpec {
  std::string name;
  ValueKind kind = ValueKind::kText;
  double minimum = 0;
  double maximum = 0;
  std::vector<std::string_view> choices = {};
  /// What the platform assumes when the attribute is absent; "" when there is no default.
  std::string_view default_value = "";
  bool required = false;
  /// One line for the person or agent who writes the document.
  std::string_view description = "";
};

/// What the text inside a verb must look like.
enum class TextRule {
  kNone,            // no text
  kSpeech,          // plain text or SSML
  kUrl,             // absolute or relative URL of an audio file
  kDtmf,            // ≤50 of 0-9 * # a-d A-D , w W
  kTag,             // ≤256 bytes, may be empty
  kCallId,          // of another call
  kConferenceName,  // ≤100 of letters, digits, - _ .
  kPhoneNumber,     // E.164
  kSipUri,          // sip:user@host
  kIdentifier,      // ≤256 bytes
};

struct VerbSpec {
  std::string_view name;
  std::string_view description;
  std::vector<AttributeSpec> attributes;
  TextRule text = TextRule::kNone;
  bool text_required = false;
  std::vector<std::string_view> children = {};
  std::size_t min_children = 0;
  std::size_t max_children = 0;
  /// False for PhoneNumber and the like, which stand only inside another verb.
  bool top_level = true;
};

/// Bytes of a whole document.
inline constexpr std::size_t kMaxDocumentBytes = 65'536;
inline constexpr double kMaxUrlBytes = 2048;
inline constexpr double kMaxTagBytes = 256;
inline constexpr std::size_t kMaxDtmfCharacters = 50;
inline constexpr std::size_t kMaxConferenceNameBytes = 100;
/// Of Gather: prompts, and prompts × repeatCount.
inline constexpr std::size_t kMaxGatherPrompts = 20;

/// All verbs, those that stand inside others included; never changes, lives for ever.
const std::vector<VerbSpec>& Vocabulary();
/// The row of `name` (case-sensitive), or nullptr.
const VerbSpec* FindVerb(std::string_view name);
/// The row of attribute `name` of `verb`, or nullptr.
const AttributeSpec* FindAttribute(const VerbSpec& verb, std::string_view name);
/// The verbs that may stand directly in a document, in the table's order.
std::vector<std::string_view> VerbNames();

}  // namespace bw::bxml
