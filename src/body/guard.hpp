// Looks at a document before the XML parser does: its limits, and what pugixml lets through although XML 1.0 does not.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body::xml {

// Nothing when the parser may have it. Refuses: a size, depth or number beyond the limits; an encoding that is not
// UTF-8; a character that XML has not; a document type declaration, so no entity is ever declared or expanded; a
// reference to anything but the five predefined entities and characters; names, attributes and markup against the
// grammar; text or a second element beside the root. That start and end tags match is left to the parser.
[[nodiscard]] std::optional<Error> guard(std::string_view text, const Limits& limits);

}  // namespace offhook::body::xml
