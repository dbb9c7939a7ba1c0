# What Scripta needs in a Request Tracker 5, for
#
#     rt-setup-database --action insert --skip-create --datafile initialdata.pl
#
# docs/helpdesks/request_tracker.md says what else there is to do. Nothing of it is on the disk of
# the server: the Scrip is kept in RT's database. Run it once: RT does not look for what is there.
use strict;
use warnings;
use utf8;

our ( @Users, @Queues, @CustomFields, @Templates, @ACL, @Scrips, @Final );

my $QUEUE = 'Messaging';
my $USER  = 'scripta';

# The user of whom the API token is. It has no password, so that nobody logs in as it.
@Users = (
    {   Name       => $USER,
        RealName   => 'Scripta',
        Privileged => 1,
        Comments   => 'Writes what customers say on Messenger, WhatsApp and Instagram.',
    },
);

# Without addresses of its own the queue is in no mail.
@Queues = (
    {   Name           => $QUEUE,
        Description    => 'Conversations on Messenger, WhatsApp and Instagram',
        CorrespondAddress => '',
        CommentAddress    => '',
    },
);

# Of tickets, and of what stands in them. A ticket is found again by its reference, and an entry by
# its key: the creation of a ticket takes no field of an entry, so that its key is the ticket's.
my @of_tickets = (
    [ ScriptaReference  => 'Our name of the ticket' ],
    [ ScriptaFirstEntry => 'Our name of what the ticket begins with' ],
    [ ScriptaChannel    => 'Where the customer wrote' ],
    [ ScriptaAccount    => 'To which of our accounts the customer wrote' ],
    [ ScriptaContact    => 'By what the channel knows the customer' ],
);
@CustomFields = (
    (   map {
            {   Name        => $_->[0],
                Description => $_->[1],
                Type        => 'FreeformSingle',
                LookupType  => 'RT::Queue-RT::Ticket',
                Queue       => [$QUEUE],
            }
        } @of_tickets
    ),
    {   Name        => 'ScriptaEntry',
        Description => 'Our name of an entry',
        Type        => 'FreeformSingle',
        LookupType  => 'RT::Queue-RT::Ticket-RT::Transaction',
        Queue       => [$QUEUE],
    },
);

# RT's own Scrips would send mail to the customer, whose address reaches nobody, and to agents. An
# empty template of the queue stands before the one of that name for all queues, and is not sent.
# Delete those of 'Transaction …' and 'Admin …' in the queue to have agents told by mail.
@Templates = (
    map { { Queue => $QUEUE, Name => $_, Type => 'Perl', Content => '' } }
        map { ( $_, "$_ in HTML" ) } 'Autoreply', 'AutoReply', 'Transaction', 'Correspondence',
    'Admin Correspondence', 'Admin Comment', 'Resolved', 'Status Change'
);

@ACL = (
    map { { UserId => $USER, Queue => $QUEUE, Right => $_ } }
        qw(
        SeeQueue ShowTicket ShowTicketComments CreateTicket ReplyToTicket CommentOnTicket
        ModifyTicket SeeCustomField ModifyCustomField SetInitialCustomField
        )
);

# What agents do is told as a webhook: https://www.standardwebhooks.com. It runs in all queues, so
# that a conversation's ticket may be moved to another one.
@Scrips = (
    {   Description    => 'Scripta: tell what agents do in the tickets of conversations',
        ScripCondition => 'User Defined',
        ScripAction    => 'User Defined',
        Template       => 'Blank',
        Stage          => 'TransactionBatch',

        CustomIsApplicableCode => q{
            my $bridge = RT->Config->Get('ScriptaUser') || 'scripta';
            return 0 unless RT->Config->Get('ScriptaWebhookURL');
            return scalar grep {
                $_->Type =~ /^(?:Correspond|Status|AddLink)$/ && $_->CreatorObj->Name ne $bridge
            } @{ $self->TicketObj->TransactionBatch || [] };
        },
        CustomPrepareCode => 'return 1;',
        CustomCommitCode  => q{
            require Digest::SHA;
            require JSON;
            require LWP::UserAgent;
            require MIME::Base64;
            require POSIX;
            require Time::HiRes;

            my $bridge = RT->Config->Get('ScriptaUser') || 'scripta';
            my $ticket = $self->TicketObj;

            # The field is asked whether or not it belongs to the queue that the ticket is in now.
            my $field = RT::CustomField->new( RT->SystemUser );
            $field->LoadByCols(
                Name => 'ScriptaReference', LookupType => 'RT::Queue-RT::Ticket'
            );
            my $reference_of = sub {
                my $value = RT::ObjectCustomFieldValue->new( RT->SystemUser );
                $value->LoadByCols(
                    CustomField => $field->Id, ObjectType => 'RT::Ticket',
                    ObjectId => $_[0], Disabled => 0,
                );
                return $value->Id ? $value->Content : '';
            };
            # A ticket without a conversation of its own has that of a ticket merged into it.
            my ($reference) = grep { length } map { $reference_of->($_) }
                $ticket->id, $ticket->Merged;
            $reference = '' unless defined $reference;
            my $queue = RT->Config->Get('ScriptaQueue') || 'Messaging';
            return 1 unless length $reference || $ticket->QueueObj->Name eq $queue;

            # Who writes by mail may be anybody: an agent is who is privileged.
            my $reply = sub {
                my $txn = shift;
                my $body = $txn->ContentObj( Type => 'text/plain' );
                my @files = grep {
                    length( $_->Filename // '' ) && !( $body && $_->Id == $body->Id )
                } @{ $txn->Attachments->ItemsArrayRef };
                my $format = $body && $body->ContentType =~ m{^text/html}i ? 'html' : 'text';
                return (
                    'reply.send',
                    comment_id => $txn->Id . '',
                    agent => $txn->CreatorObj->RealName || $txn->CreatorObj->Name,
                    $format => $body ? $body->Content : '',
                    attachments => [
                        map { { id => $txn->Id . '/' . $_->Id, filename => $_->Filename } } @files
                    ],
                );
            };
            # What RT opens by itself it opens since somebody wrote.
            my $status = sub {
                my $txn = shift;
                return 'ticket.deleted' if $txn->NewValue eq 'deleted';
                return ( 'ticket.status', status => 'closed' )
                    if $ticket->LifecycleObj->IsInactive( $txn->NewValue );
                return if $txn->Creator == RT->SystemUser->Id;
                return ( 'ticket.status', status => 'open' );
            };
            # Both tickets of a merge have such a line. By its number a merged one is found only raw:
            # RT answers with the ticket that took it over.
            my $merge = sub {
                my $merged = RT::Ticket->new( RT->SystemUser );
                $merged->LoadByCols( id => shift->ObjectId );
                return if $merged->EffectiveId == $merged->__Value('id');
                return (
                    'ticket.merged',
                    ticket_id => $merged->__Value('id') . '',
                    into => $merged->EffectiveId . '',
                    conversation_id => $reference_of->( $merged->__Value('id') ),
                );
            };

            ( my $secret = RT->Config->Get('ScriptaWebhookSecret') || '' ) =~ s/^whsec_//;
            my $post = sub {
                my ( $id, $body ) = @_;
                my $now = time;
                my $signature = MIME::Base64::encode_base64(
                    Digest::SHA::hmac_sha256(
                        "$id.$now.$body", MIME::Base64::decode_base64($secret)
                    ), ''
                );
                return LWP::UserAgent->new( timeout => 5 )->post(
                    RT->Config->Get('ScriptaWebhookURL'),
                    'Content-Type' => 'application/json',
                    'webhook-id' => $id,
                    'webhook-timestamp' => $now,
                    'webhook-signature' => "v1,$signature",
                    Content => $body,
                );
            };

            for my $txn ( @{ $ticket->TransactionBatch || [] } ) {
                my $by = $txn->CreatorObj;
                next if $by->Name eq $bridge;
                my ( $type, %said ) =
                      $txn->Type eq 'Correspond' && $by->Privileged ? $reply->($txn)
                    : $txn->Type eq 'Status' ? $status->($txn)
                    : $txn->Type eq 'AddLink' && ( $txn->Field // '' ) eq 'MergedInto'
                    ? $merge->($txn)
                    : ();
                next unless $type;
                my ( $seconds, $micros ) = Time::HiRes::gettimeofday();
                my $body = JSON->new->utf8->canonical->encode( {
                    type => $type,
                    timestamp => POSIX::strftime( '%Y-%m-%dT%H:%M:%S', gmtime $seconds )
                        . sprintf( '.%03dZ', $micros / 1000 ),
                    data => {
                        ticket_id => $ticket->id . '', event_id => $txn->Id . '',
                        conversation_id => $reference, %said,
                    },
                } );
                # What is not taken now is found by Scripta's hourly look into the past.
                my $taken;
                for ( 1 .. 2 ) {
                    my $answer = $post->( 'msg_rt_' . $txn->Id, $body );
                    last if $taken = $answer->is_success;
                    RT->Logger->error(
                        'Scripta did not take transaction ' . $txn->Id . ': '
                            . $answer->status_line
                    );
                }
            }
            return 1;
        },
    },
);

1;
