// How phone numbers are compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bw::event_store {

/// Equal results mean the same party. A telephone number becomes its digits, without the country
/// code of the North American plan ("+1 (555) 010-0001", "15550100001" and "5550100001" are one);
/// anything else (a SIP URI, "Anonymous") is compared as text, in lower case.
std::string ComparablePhoneNumber(std::string_view text);

/// An index key: equal for equal ComparablePhoneNumber, and only rarely for others, so that a match
/// must be verified. Never 0 except for an empty text. Stable: it is stored.
std::int64_t PhoneNumberKey(std::string_view text);

/// FNV-1a, 64 bits. Stable: it is stored.
std::uint64_t StableHash(std::string_view text, std::uint64_t seed = 14695981039346656037ULL);

}  // namespace bw::event_store
