// The part of SSML that Bandwidth's SpeakSentence takes, as an allow-list. Source: Bandwidth's BXML
// reference, SpeakSentence.
#pragma once

#include <string>
#include <vector>

#include "common/status/status.h"
#include "common/xml/xml.h"

namespace bw::bxml {

/// Checks mixed content: elements and attributes must be on the list. INVALID_ARGUMENT names the
/// tag or attribute and lists what is allowed.
Status ValidateSsml(const std::vector<xml::Element>& content);

/// What is spoken: all text of `content`, markup left out.
std::string SpokenText(const std::vector<xml::Element>& content);

/// Reads a fragment such as `Hi <break time="1s"/> there` into mixed content, not yet validated.
StatusOr<std::vector<xml::Element>> ParseSsml(std::string_view fragment);

}  // namespace bw::bxml
