# Makes a token for RT's API for each user that is named, and prints it: `perl token.pl scripta`.
#
# It does what Admin > Users > scripta > Auth Tokens does, for an installation without a browser.
use strict;
use warnings;
use lib qw(/usr/share/request-tracker5/lib /opt/rt5/lib);
use RT -init;
use RT::AuthToken;

for my $name (@ARGV) {
    my $user = RT::CurrentUser->new;
    $user->Load($name);
    die "There is no user $name.\n" unless $user->Id;

    my $token = RT::AuthToken->new( RT->SystemUser );
    my ( $ok, $message, $text )
        = $token->Create( Owner => $user->Id, Description => 'Scripta' );
    die "$message\n" unless $ok;
    print "$text\n";
}
