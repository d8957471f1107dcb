#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Logins of the phone's own pages. user_password lines add up: one "name:password" a line.
constexpr Row kRows[] = {
    text("security.user_name.admin", 99, Room::Security, "Name of the administrator.").fallback("admin"),
    text("security.user_name.user", 99, Room::Security, "Name of the user.").fallback("user"),
    text("security.user_name.var", 99, Room::Security, "Name of the middle level.").fallback("var"),
    Define("security.user_password", Kind::Credential, "", Room::Security,
           "Password of one login, as name:password; every name starts with its own name as password.")
        .secret(),
    flag("security.trust_certificates", true, Room::Security,
         "Servers reached by TLS must show a certificate that we trust."),
    flag("security.cn_validation", false, Room::Security, "… and that names the server that was asked for."),
    flag("security.var_enable", false, Room::Security, "Adds a third level between user and administrator.").reboot(),
};

}  // namespace

std::span<const Row> security() { return kRows; }

}  // namespace offhook::config::chapters
