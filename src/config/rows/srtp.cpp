#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Encryption of what is said: SRTP with keys from the session description, or from a DTLS association.
constexpr Row kRows[] = {
    choice("account.X.srtp_encryption", "0 disabled|1 optional|2 compulsory", "0", Room::Security,
           "Encrypts audio (SRTP): never, where the other side can, or in every call."),
    integer("account.X.srtp_lifetime", 0, 48, "0", Room::Security,
            "Packets that one key serves for, as a power of two (20 is 2^20), after which the call gets a new one; 0 "
            "says nothing about it."),
    flag("account.X.tls.srtp_encryption_compulsorily", false, Room::Security,
         "Encryption is compulsory where the account's server is reached by TLS."),
    flag("account.X.srtp.unencrypted_rtp.enable", false, Room::Security,
         "Audio is protected against change, but open to read (UNENCRYPTED_SRTP)."),
    flag("account.X.srtp.unencrypted_rtcp.enable", false, Room::Security, "The same for RTCP (UNENCRYPTED_SRTCP)."),
    // Not of the guide, whose phones offer the first two, and have no DTLS.
    choice("account.X.srtp.offer", "0 AES_CM_128|1 AEAD_AES_128_GCM before that|2 all suites, the strongest first", "0",
           Room::Security,
           "Cipher suites that are offered, each AES_CM with HMAC_SHA1_80 and _32; all are taken where another offers "
           "them."),
    choice(
        "account.X.srtp.dtls", "0 off|1 taken where another offers it|2 offered", "0", Room::Security,
        "Keys by DTLS-SRTP, as browsers have them, beside those in the description; where srtp_encryption encrypts at "
        "all. Offered, it comes with ICE (lite)."),
    flag("account.X.srtp.renew_after_fork", false, Room::Security,
         "A call that others were offered as well gets new keys from the description when it is answered, by a "
         "re-INVITE: those others know the first ones."),
};

}  // namespace

std::span<const Row> srtp() { return kRows; }

}  // namespace offhook::config::chapters
